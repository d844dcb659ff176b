"""A page that gives the sound of a browser: its microphone, or a tab that is shared."""

import json
import logging
import struct
from collections.abc import Callable

from aiohttp import WSMsgType, web

from domain.audio import SAMPLE_RATE
from domain.errors import UsageError
from domain.text import clean
from web.access import HEADERS, Access
from web.own_page import OwnPage

log = logging.getLogger(__name__)

VERSION = 1
SOURCES = ("microphone", "tab")
LARGEST = 64_000
"""Bytes of one block of sound: two seconds."""
HEAD = struct.Struct("<d")
"""Before the samples of each block: the page's milliseconds at its first sample."""

_HEADERS = {
    **HEADERS,
    "Permissions-Policy": "camera=(), microphone=(self), display-capture=(self), geolocation=()",
}

TakeSound = Callable[[str, float, bytes], None]


class CapturePage:
    """Serves /capture and its socket for holders of the token.

    `take` gets the source, the page's time of the first sample in seconds and PCM16 of
    16 kHz mono; it must return at once. `came` is told of sources: that one came, or left.
    """

    def __init__(self, access: Access, take: TakeSound, came: Callable[[str, bool], None]) -> None:
        self._access = access
        self._take = take
        self._came = came
        self._open: set[str] = set()

    def add_routes(self, app: web.Application) -> None:
        """Puts the page into an application."""
        OwnPage(self._access, "capture", _HEADERS).add_routes(app)
        app.router.add_get("/capture/sound", self._access.socket(self._sound), allow_head=False)

    async def _sound(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=15.0, max_msg_size=LARGEST + HEAD.size)
        await socket.prepare(request)
        try:
            source = self._agreed(await socket.receive_json(timeout=10))
        except (UsageError, ValueError, TypeError, TimeoutError) as error:
            told = str(error) if isinstance(error, UsageError) else "The first message is odd."
            await socket.send_json({"type": "error", "text": clean(told)})
            await socket.close()
            return socket
        await self._receive(socket, source)
        return socket

    def _agreed(self, hello: object) -> str:
        """The source, where the page and this end mean the same sound. Raises UsageError."""
        said = hello if isinstance(hello, dict) else {}
        wanted = {"version": VERSION, "rate": SAMPLE_RATE, "format": "s16le", "channels": 1}
        for field, value in wanted.items():
            if said.get(field) != value:
                raise UsageError(
                    f"The sound's {field} is {json.dumps(said.get(field))}, not {value}.",
                    "Load the page again in a current browser.",
                )
        source = said.get("source")
        if source not in SOURCES:
            raise UsageError("This source of sound is not known.", f"Known: {', '.join(SOURCES)}.")
        if source in self._open:
            raise UsageError(
                f"The {source} is given by another page already.", "Close that one first."
            )
        return str(source)

    async def _receive(self, socket: web.WebSocketResponse, source: str) -> None:
        self._open.add(source)
        self._came(source, True)
        try:
            await socket.send_json({"type": "ready"})
            async for message in socket:
                if message.type is not WSMsgType.BINARY or len(message.data) < HEAD.size:
                    log.warning("a page sent something that is no sound")
                    break
                (at_ms,) = HEAD.unpack_from(message.data)
                pcm = message.data[HEAD.size :]
                self._take(source, at_ms / 1000, pcm[: len(pcm) // 2 * 2])
        finally:
            self._open.discard(source)
            self._came(source, False)

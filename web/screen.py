"""A page that shows a screen of this machine and gives it clicks and keys: for signing in."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from typing import Protocol

from aiohttp import WSMsgType, web

from web.access import HEADERS, Access
from web.own_page import OwnPage

log = logging.getLogger(__name__)

_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "img-src 'self'", "img-src 'self' blob:"
    ),
}
LARGEST = 4_000
"""Bytes of one message."""


class Screened(Protocol):
    """What is shown and used."""

    def pictures(self) -> AsyncIterator[bytes]:
        """JPEG files, one whenever something has changed."""
        ...

    async def click(self, x: int, y: int, button: str) -> None:
        """At a place in pixels; left, middle, right, or up and down for the wheel."""
        ...

    async def press(self, key: str) -> None:
        """A key that writes nothing, by its X name."""
        ...

    async def write(self, text: str) -> None:
        """Types a text."""
        ...


class ScreenPage:
    """Serves /screen and its socket for holders of the token; `done` is called by its button."""

    def __init__(self, access: Access, screen: Screened, done: Callable[[], None]) -> None:
        self._access = access
        self._screen = screen
        self._done = done

    def add_routes(self, app: web.Application) -> None:
        """Puts the page into an application."""
        OwnPage(self._access, "screen", _HEADERS).add_routes(app)
        app.router.add_get("/screen/socket", self._access.socket(self._socket), allow_head=False)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=15.0, max_msg_size=LARGEST)
        await socket.prepare(request)
        async with asyncio.TaskGroup() as tasks:
            showing = tasks.create_task(self._pictures(socket))
            async for message in socket:
                if message.type is not WSMsgType.TEXT or not await self._obey(message.data):
                    break
            showing.cancel()
        return socket

    async def _pictures(self, socket: web.WebSocketResponse) -> None:
        with suppress(ConnectionError):
            async with aclosing(self._screen.pictures()) as pictures:  # type: ignore[type-var]
                async for picture in pictures:
                    await socket.send_bytes(picture)

    async def _obey(self, text: str) -> bool:
        """Does what a message says; False where it says nothing that is known."""
        try:
            match json.loads(text):
                case {"do": "click", "x": int(x), "y": int(y), "button": str(button)}:
                    if button in ("left", "middle", "right", "up", "down"):
                        await self._screen.click(x, y, button)
                case {"do": "key", "key": str(key)}:
                    await self._screen.press(key)
                case {"do": "write", "text": str(written)}:
                    await self._screen.write(written)
                case {"do": "done"}:
                    self._done()
                case _:
                    log.warning("the page of the screen sent something odd")
                    return False
        except ValueError:
            return False
        return True

"""A page that shows a screen of this machine and gives it clicks and keys: for signing in."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from importlib.resources import files
from typing import Protocol

from aiohttp import WSMsgType, web

from web.access import HEADERS, Access

log = logging.getLogger(__name__)

_STATIC = {"screen.js": "text/javascript", "screen.css": "text/css"}
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
        folder = files("web")
        self._page = folder.joinpath("templates/screen.html").read_bytes()
        self._static = {name: folder.joinpath(f"static/{name}").read_bytes() for name in _STATIC}

    def add_routes(self, app: web.Application) -> None:
        """Puts the page into an application."""
        guarded = self._access.guarded
        app.router.add_get("/screen", guarded(self._show), allow_head=False)
        app.router.add_get("/screen/static/{name}", guarded(self._asset), allow_head=False)
        app.router.add_get("/screen/socket", guarded(self._socket), allow_head=False)

    async def _show(self, request: web.Request) -> web.Response:
        response = web.Response(
            body=self._page, content_type="text/html", charset="utf-8", headers=_HEADERS
        )
        self._access.remember(request, response)
        return response

    async def _asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self._static:
            return web.Response(status=404, text="There is no such file.", headers=_HEADERS)
        return web.Response(
            body=self._static[name], content_type=_STATIC[name], charset="utf-8", headers=_HEADERS
        )

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not self._access.same_origin(request):
            return web.Response(status=403, text="Open the page itself.", headers=_HEADERS)
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

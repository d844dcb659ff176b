"""The line that the bot's own page, and nobody else, may open: a loopback socket, or a function
in the page where the browser refuses sockets."""

import asyncio
import hmac
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from aiohttp import WSMsgType, web

from bot.line import CalledLine, Line, PageListener, hand
from bot.protocol import ProtocolError

log = logging.getLogger(__name__)

_MAX_MESSAGE = 1024 * 1024
_CLOSE_S = 2.0


class PageEndpoint:
    """One page at a time, on loopback, from the right site, with the right token.

    The token travels as the WebSocket subprotocol, or with each call of the function.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self.binding = f"_{secrets.token_hex(12)}"
        """Name of the function; the page's scripts take it away before the site sees it."""
        self.listener: PageListener | None = None
        self.refused = 0
        self._base_url = ""
        self._origin = ""
        self._page = ""
        self._socket: Line | None = None
        self._cut: Callable[[], None] = _nothing
        """Ends the socket's connection at once."""

    def add_routes(self, app: web.Application) -> None:
        """Adds GET /page to an application that listens on 127.0.0.1."""
        app.router.add_get("/page", self._serve)

    def bind(self, base_ws_url: str) -> None:
        """Tells where the application listens, such as ws://127.0.0.1:8081."""
        self._base_url = base_ws_url.rstrip("/")

    def allow(self, origin: str) -> None:
        """The only origin whose page may connect."""
        self._origin = origin

    @property
    def url(self) -> str:
        """The address for the page; the token goes apart, so that no log shows it."""
        return f"{self._base_url}/page"

    @property
    def connected(self) -> bool:
        """Whether the page is there now."""
        return self._socket is not None and not self._socket.closed

    async def send(self, message: dict[str, Any]) -> bool:
        """Sends JSON; False where no page is there."""
        socket = self._socket
        if socket is None or socket.closed:
            return False
        try:
            await socket.send_str(json.dumps(message))
        except ConnectionError:
            return False
        return True

    async def send_bytes(self, message: bytes) -> bool:
        """Sends bytes; False where no page is there."""
        socket = self._socket
        if socket is None or socket.closed:
            return False
        try:
            await socket.send_bytes(message)
        except ConnectionError:
            return False
        return True

    async def drop(self) -> None:
        """Closes the page's socket; the page comes back by itself."""
        if self._socket is not None:
            await _close(self._socket, self._cut)

    async def called(self, source: Mapping[str, Any], request: dict[str, Any]) -> list[str]:
        """The page calls with what it sends, and gets what waits for it.

        Raises ProtocolError, which ends the page's line.
        """
        token, page = str(request.get("token", "")), str(request.get("page", ""))
        foreign = self._origin and not source["frame"].url.startswith(f"{self._origin}/")
        if foreign or not hmac.compare_digest(token.encode(), self.token.encode()):
            self.refused += 1
            raise ProtocolError("a stranger calls")
        if request.get("hello"):
            # A document that was replaced cannot say so on this line.
            replaced = isinstance(self._socket, CalledLine)
            if self.connected and page != self._page and not replaced:
                raise ProtocolError("another page is connected")
            await self._open(CalledLine(), page, _nothing)
        line = self._socket
        if self.listener is None:
            return []
        if not isinstance(line, CalledLine) or line.closed or page != self._page:
            raise ProtocolError("this line is closed")
        try:
            for item in request.get("batch", ()):
                hand(self.listener, item)
        except ProtocolError as error:
            log.error("the page broke the protocol: %s", error)
            await self.drop()
            self.listener.closed()
            raise
        return line.take()

    async def _open(self, line: Line, page: str, cut: Callable[[], None]) -> None:
        old, self._socket, self._page = self._socket, line, page
        cut_old, self._cut = self._cut, cut
        if old is not None and not old.closed:
            await _close(old, cut_old)
        if self.listener:
            self.listener.opened(page)

    def _check(self, request: web.Request) -> str:
        """The page's id. Raises an HTTP error for a stranger."""
        peer = request.transport.get_extra_info("peername") if request.transport else None
        if not peer or not ip_address(peer[0]).is_loopback:
            raise web.HTTPForbidden(text="loopback only")
        given = request.headers.get("Sec-WebSocket-Protocol", "")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise web.HTTPForbidden(text="wrong token")
        if self._origin and request.headers.get("Origin") != self._origin:
            raise web.HTTPForbidden(text="foreign origin")
        page = request.query.get("page", "")
        if self.connected and page != self._page:
            raise web.HTTPConflict(text="another page is connected")
        return page

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            page = self._check(request)
        except web.HTTPException:
            self.refused += 1
            raise
        socket = web.WebSocketResponse(
            protocols=(self.token,), max_msg_size=_MAX_MESSAGE, compress=False
        )
        await socket.prepare(request)
        await self._open(socket, page, request.transport.abort if request.transport else _nothing)
        try:
            await self._receive(socket)
        finally:
            if self._socket is socket:
                self._socket = None
                if self.listener:
                    self.listener.closed()
        return socket

    async def _receive(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if self.listener is None or socket is not self._socket:
                continue
            try:
                if message.type is WSMsgType.TEXT:
                    self.listener.text(message.data)
                elif message.type is WSMsgType.BINARY:
                    self.listener.binary(message.data)
            except ProtocolError as error:
                log.error("the page broke the protocol: %s", error)
                await socket.close(code=1002, message=str(error).encode()[:120])


async def _close(line: Line, cut: Callable[[], None]) -> None:
    """Ends a line; one that hangs, and so takes no goodbye, is cut."""
    closing = asyncio.ensure_future(line.close())
    try:
        await asyncio.wait({closing}, timeout=_CLOSE_S)
    finally:
        # Not cancelled: that would cancel everybody who sends on it too.
        if not closing.done():
            cut()
    await closing


def _nothing() -> None:
    """A call cannot be cut."""

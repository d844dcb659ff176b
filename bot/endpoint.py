"""The loopback socket that the bot's own page, and nobody else, may open."""

import hmac
import json
import logging
import secrets
from ipaddress import ip_address
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from bot.protocol import ProtocolError

log = logging.getLogger(__name__)

_MAX_MESSAGE = 1024 * 1024


class PageListener(Protocol):
    """Who hears the page."""

    def opened(self, page: str) -> None:
        """A page connected; its id tells a new document from a reconnect."""
        ...

    def text(self, data: str) -> None:
        """A JSON message. Raises ProtocolError."""
        ...

    def binary(self, data: bytes) -> None:
        """A binary message. Raises ProtocolError."""
        ...

    def closed(self) -> None:
        """The page's socket is gone."""
        ...


class PageEndpoint:
    """One page at a time, on loopback, from the right site, with the right token.

    The token travels as the WebSocket subprotocol.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self.listener: PageListener | None = None
        self.refused = 0
        self._base_url = ""
        self._origin = ""
        self._page = ""
        self._socket: web.WebSocketResponse | None = None

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
            await self._socket.close()

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
        old, self._socket, self._page = self._socket, socket, page
        if old is not None and not old.closed:
            await old.close()
        if self.listener:
            self.listener.opened(page)
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

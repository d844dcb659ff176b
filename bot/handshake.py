"""The page's connection: greeting, message numbers, acknowledgements, the time of the page."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

from bot.endpoint import PageEndpoint
from bot.pageclock import PageClock
from bot.protocol import CHANNELS, FORMAT, VERSION, ProtocolError

_TICK_S = 0.25


class Handshake:
    """Takes each numbered message once, over as many sockets as the page needs."""

    def __init__(self, endpoint: PageEndpoint) -> None:
        self.clock = PageClock()
        self.lost = 0
        """Messages that the page dropped before they could be sent."""
        self._endpoint = endpoint
        self._page = ""
        self._received = 0
        self._greeted = False
        self._wake = asyncio.Event()

    def opened(self, page: str) -> bool:
        """A page connected; whether it is a new document, with new numbers and times."""
        self._greeted = False
        if page == self._page:
            return False
        self._page, self._received = page, 0
        self.clock.reset()
        return True

    def closed(self) -> None:
        """The socket is gone; the next one begins with a greeting."""
        self._greeted = False

    def control(self, message: dict[str, Any]) -> bool:
        """Answers greetings and times; whether it was one. Raises ProtocolError."""
        page_ms = message.get("page")
        if message["type"] not in ("hello", "pong"):
            return False
        if not isinstance(page_ms, int | float):
            raise ProtocolError("a greeting without a time")
        if message["type"] == "hello":
            said = (message.get("version"), message.get("format"), message.get("channels"))
            if said != (VERSION, FORMAT, CHANNELS):
                raise ProtocolError(f"the page offers {said}")
            self.clock.hear(time.monotonic(), page_ms)
            self._greeted = True
            self._wake.set()
        elif isinstance(message.get("sent"), int | float):
            self.clock.answer(message["sent"], time.monotonic(), page_ms)
        return True

    def fresh(self, number: object) -> bool:
        """Whether a message comes for the first time. Raises ProtocolError."""
        if not isinstance(number, int) or not self._greeted:
            raise ProtocolError("a message without a number or before the greeting")
        if number <= self._received:
            return False
        self.lost += number - self._received - 1
        self._received = number
        return True

    async def run(self, connected: Callable[[], None], tick: Callable[[], None]) -> None:
        """Greets, acknowledges and asks for the time, for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _TICK_S)
            if self._wake.is_set():
                self._wake.clear()
                await self._endpoint.send({"type": "ready", "received": self._received})
                connected()
            elif self._greeted:
                await self._endpoint.send({"type": "ack", "received": self._received})
            if self._greeted:
                await self._endpoint.send({"type": "ping", "sent": time.monotonic()})
            tick()

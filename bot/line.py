"""What a line between the bot and its page is: a socket, or calls of a function."""

import base64
import binascii
from collections import deque
from collections.abc import Coroutine
from typing import Protocol

from bot.protocol import ProtocolError

_MOST_WAITING = 2000
"""Messages for the page that wait for its next call; the oldest give way."""


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


class Line(Protocol):
    """One way to the page and back."""

    @property
    def closed(self) -> bool: ...

    async def send_str(self, data: str) -> None: ...

    async def send_bytes(self, data: bytes) -> None: ...

    def close(self) -> Coroutine[object, object, object]: ...


class CalledLine:
    """What waits for the page's next call; overflow: the oldest gives way."""

    def __init__(self) -> None:
        self.closed = False
        self._waiting: deque[str] = deque(maxlen=_MOST_WAITING)

    async def send_str(self, data: str) -> None:
        """JSON for the page."""
        self._waiting.append(f"t{data}")

    async def send_bytes(self, data: bytes) -> None:
        """Bytes for the page."""
        self._waiting.append(f"b{base64.b64encode(data).decode('ascii')}")

    def take(self) -> list[str]:
        """All that waits."""
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting

    async def close(self) -> None:
        """The page hears of it at its next call."""
        self.closed = True


def hand(listener: PageListener, item: object) -> None:
    """One message of a call, to whoever hears the page. Raises ProtocolError."""
    if not isinstance(item, str) or item[:1] not in ("t", "b"):
        raise ProtocolError("a call without a message")
    if item[0] == "t":
        listener.text(item[1:])
        return
    try:
        listener.binary(base64.b64decode(item[1:], validate=True))
    except (binascii.Error, ValueError) as error:
        if isinstance(error, ProtocolError):
            raise
        raise ProtocolError("no base64") from error

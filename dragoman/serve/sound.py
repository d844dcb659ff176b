"""A bot's spoken translations, fetched once per language for all who listen."""

import asyncio
import json
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import ClientError, ClientSession, WSMsgType, WSServerHandshakeError
from yarl import URL

from domain.errors import DragomanError, UsageError

HEARD_S = 20.0
"""A bot that says nothing for so long is not reached any more; it beats every 5 s."""
WAITING = 2_000_000
"""Bytes that may wait for one listener; beyond it the oldest piece is dropped."""
LARGEST = 1024 * 1024
_RATES = range(8_000, 96_001)


async def fetch(http: ClientSession, address: URL, headers: dict[str, str]) -> AsyncIterator[bytes]:
    """The pieces of a bot's listen socket, each with its rate as four bytes, little-endian.

    Ends with the socket. Raises UsageError for a language that is not spoken there.
    """
    rate = 0
    try:
        async with http.ws_connect(address, headers=headers, max_msg_size=LARGEST) as socket:
            while True:
                message = await socket.receive(timeout=HEARD_S)
                if message.type is WSMsgType.BINARY and rate in _RATES:
                    yield struct.pack("<I", rate) + message.data
                elif message.type is WSMsgType.TEXT:
                    told = json.loads(message.data)
                    if told.get("type") == "speech":
                        rate = int(told["rate"])
                elif message.type is not WSMsgType.BINARY:
                    return
    except WSServerHandshakeError as error:
        if error.status == 404:
            told = "Nothing is spoken in this language."
            raise UsageError(told, "Choose one that the meeting is translated into.") from error
    except (ClientError, TimeoutError, OSError, ValueError, KeyError):
        return


class Listener:
    """What waits for one listener. Overflow (`dropped`): the oldest gives way."""

    def __init__(self) -> None:
        self.dropped = 0
        self.over = False
        self.error: DragomanError | None = None
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._news = asyncio.Event()

    def put(self, piece: bytes) -> None:
        """Takes a piece; never waits."""
        self._pieces.append(piece)
        self._waiting += len(piece)
        while self._waiting > WAITING and len(self._pieces) > 1:
            self._waiting -= len(self._pieces.popleft())
            self.dropped += 1
        self._news.set()

    def end(self, error: DragomanError | None) -> None:
        """Nothing comes any more."""
        self.over, self.error = True, error
        self._news.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Until the end; raises what ended it."""
        while True:
            while self._pieces:
                piece = self._pieces.popleft()
                self._waiting -= len(piece)
                yield piece
            if self.over:
                break
            self._news.clear()
            await self._news.wait()
        if self.error is not None:
            raise self.error


class Relay:
    """`source` is opened for the first listener and closed after the last."""

    def __init__(self, source: Callable[[], AsyncIterator[bytes]]) -> None:
        self._source = source
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    async def follow(self) -> AsyncIterator[bytes]:
        """What is said from now on, until the source ends."""
        listener = Listener()
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            async for piece in listener.pieces():
                yield piece
        finally:
            self._listeners.discard(listener)
            if not self._listeners:
                await self.aclose()

    async def _run(self) -> None:
        error: DragomanError | None = None
        try:
            async for piece in self._source():
                for listener in self._listeners:
                    listener.put(piece)
        except DragomanError as raised:
            error = raised
        finally:
            for listener in self._listeners:
                listener.end(error)

    async def aclose(self) -> None:
        """Closes the source; who listens sees the end."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

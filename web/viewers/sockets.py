"""The sockets of viewers: captions and sound. A slow viewer waits alone."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from enum import IntEnum
from typing import Any

from aiohttp import WSMsgType, web

from domain.errors import DragomanError, UsageError
from domain.serving import LiveFeed
from web.viewers.protocol import Fault, Wish, original, wish_of
from web.viewers.room import Room
from web.viewers.rooms import Rooms
from web.viewers.rules import ViewerRules

log = logging.getLogger(__name__)

BEAT_S = 5.0
"""A viewer hears something at least this often."""
WAITING = 32 * 1024
"""Bytes that may wait for one viewer before nothing more is written for it."""
ALIVE_S = 25.0
"""Between two pings; who does not answer one is gone."""
FAULTS = 50
"""Wrong messages of one viewer; with the next one it is let go."""


class Code(IntEnum):
    """Why the server closes a socket; the page acts on it."""

    RESTART = 1012
    POLICY = 1008
    WITHDRAWN = 4003
    NOT_SPOKEN = 4004


_TEXTS = {
    Fault.BAD_MESSAGE: "This is no message: send a JSON object with a type.",
    Fault.UNKNOWN_TYPE: "Known types: language, original, ping.",
    Fault.UNKNOWN_LANGUAGE: "Nobody knows this language.",
    Fault.UNKNOWN_CAPTION: "There is no such caption.",
}


class Viewer:
    """One socket of captions."""

    def __init__(
        self, socket: web.WebSocketResponse, room: Room, wish: Wish, send_s: float
    ) -> None:
        self._socket = socket
        self._room = room
        self._wish = wish
        self._send_s = send_s
        self._seen = 0
        self._epoch = ""
        self._faults = 0

    async def greet(self, epoch: str = "", after: int | None = None) -> None:
        """Says what there is, or what was missed since."""
        frame = self._room.hello(self._wish, epoch, after)
        self._seen, self._epoch = self._room.number, self._room.epoch
        await self._send(frame)

    async def tell(self) -> None:
        """Tells news, for ever."""
        while True:
            news = self._room.news
            if self._epoch != self._room.epoch:
                await self.greet()
            elif self._seen < self._room.number:
                frame = self._room.frame(self._wish, self._seen)
                self._seen = self._room.number
                await self._send(frame)
            else:
                try:
                    async with asyncio.timeout(BEAT_S):
                        await news.wait()
                except TimeoutError:
                    await self._send(self._room.beat())

    async def listen(self) -> None:
        """Answers what the viewer asks, until it goes."""
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                await self._wrong(Fault.BAD_MESSAGE)
            else:
                await self._answer(message.data)
            if self._faults > FAULTS:
                await self._socket.close(code=Code.POLICY)

    async def _answer(self, text: str) -> None:
        try:
            asked = json.loads(text)
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict) or not isinstance(asked.get("type"), str):
            await self._wrong(Fault.BAD_MESSAGE)
            return
        match asked["type"]:
            case "ping":
                await self._reply({"type": "pong"})
            case "language":
                await self._choose(asked)
            case "original":
                await self._original(asked)
            case _:
                await self._wrong(Fault.UNKNOWN_TYPE)

    async def _choose(self, asked: dict[str, Any]) -> None:
        wish = wish_of(str(asked.get("language", "")), asked.get("original", False))
        if wish is None:
            await self._wrong(Fault.UNKNOWN_LANGUAGE)
            return
        self._wish = wish
        await self.greet()

    async def _original(self, asked: dict[str, Any]) -> None:
        caption = self._room.contents.caption(str(asked.get("id", "")))
        if caption is None:
            await self._wrong(Fault.UNKNOWN_CAPTION)
            return
        await self._reply(original(caption))

    async def _wrong(self, fault: Fault) -> None:
        self._faults += 1
        await self._reply({"type": "error", "code": fault.value, "text": _TEXTS[fault]})

    async def _reply(self, message: dict[str, Any]) -> None:
        await self._send(json.dumps([message], ensure_ascii=False).encode())

    async def _send(self, frame: bytes) -> None:
        async with asyncio.timeout(self._send_s):
            await self._socket.send_frame(frame, WSMsgType.TEXT)


class Sockets:
    """Opens sockets, and closes them all at the server's end."""

    def __init__(self, rooms: Rooms, feed: LiveFeed, rules: ViewerRules) -> None:
        self._rooms = rooms
        self._feed = feed
        self._rules = rules
        self._open: set[asyncio.Task[object]] = set()
        self._stopping = False
        self.let_go = 0
        """Viewers who took nothing for too long."""

    def __len__(self) -> int:
        return len(self._open)

    async def captions(
        self, request: web.Request, meeting_id: str, wish: Wish, after: tuple[str, int | None]
    ) -> web.StreamResponse:
        """The captions of a meeting; `after`: epoch and number that the viewer has come to."""

        async def talk(socket: web.WebSocketResponse) -> None:
            async with self._rooms.join(meeting_id) as room:
                viewer = Viewer(socket, room, wish, self._rules.send_s)
                await room.filled()
                await viewer.greet(*after)
                await _until_first(viewer.listen(), viewer.tell())

        return await self._hold(request, talk)

    async def sound(
        self, request: web.Request, meeting_id: str, language: str
    ) -> web.StreamResponse:
        """Speech in a language, in pieces as `LiveFeed.sound` gives them."""

        async def talk(socket: web.WebSocketResponse) -> None:
            async def play() -> None:
                pieces = self._feed.sound(meeting_id, language)
                try:
                    async for piece in pieces:
                        async with asyncio.timeout(self._rules.send_s):
                            await socket.send_frame(piece, WSMsgType.BINARY)
                except UsageError:
                    await socket.close(code=Code.NOT_SPOKEN)
                except DragomanError:
                    await socket.close(code=Code.RESTART)
                finally:
                    if isinstance(pieces, AsyncGenerator):
                        await pieces.aclose()

            async def ignore() -> None:
                async for _ in socket:
                    pass

            await _until_first(ignore(), play())

        return await self._hold(request, talk)

    async def _hold(
        self, request: web.Request, talk: Callable[[web.WebSocketResponse], Awaitable[None]]
    ) -> web.StreamResponse:
        socket = web.WebSocketResponse(
            heartbeat=ALIVE_S,
            max_msg_size=2048,
            compress=self._rules.compress,
            writer_limit=WAITING,
        )
        await socket.prepare(request)
        transport = request.transport
        if transport is not None:
            transport.set_write_buffer_limits(high=WAITING)
        task = asyncio.current_task()
        assert task is not None, "a handler runs in a task"
        self._open.add(task)
        try:
            await talk(socket)
        except (ConnectionError, RuntimeError):
            log.debug("a viewer went away")
        except TimeoutError:
            self.let_go += 1
            log.info("a viewer that takes nothing was let go (%d so far)", self.let_go)
            if transport is not None:
                transport.abort()
        except asyncio.CancelledError:
            with suppress(Exception):
                async with asyncio.timeout(1):
                    await socket.close(code=Code.RESTART if self._stopping else Code.WITHDRAWN)
            raise
        finally:
            self._open.discard(task)
        return socket

    async def close(self) -> None:
        """Tells every viewer that the server goes."""
        self._stopping = True
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_first(one: Awaitable[None], other: Awaitable[None]) -> None:
    """Runs both until one ends; its error is raised as it is."""
    tasks = [asyncio.ensure_future(one), asyncio.ensure_future(other)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()

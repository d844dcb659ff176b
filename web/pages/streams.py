"""Answers that go on: a meeting's messages over a socket, its picture as moving JPEG."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

from aiohttp import WSMsgType, web

from domain.errors import UsageError
from domain.serving import LiveFeed, Message
from web.routes import Handler
from web.templating import HEADERS

log = logging.getLogger(__name__)

BEAT_S = 4.0
SEND_S = 10.0
PAUSE_S = 0.1
WAITING = 500
"""Messages that wait for a browser; more wait in the feed, which lets the oldest go."""
MOST_AT_ONCE = 250
BOUNDARY = "picture"

Numbered = tuple[int, Message]


class Streams:
    """Serves what never ends by itself, and ends it when the server does."""

    def __init__(self, live: LiveFeed) -> None:
        self._live = live
        self._tasks: set[asyncio.Task[object]] = set()

    def owned(self, handler: Handler) -> Handler:
        """The handler, ended by `let_go`."""

        async def stream(request: web.Request) -> web.StreamResponse:
            if request.method != "GET":
                raise web.HTTPMethodNotAllowed(request.method, ["GET"])
            task = asyncio.current_task()
            assert task is not None, "a handler runs in a task"
            self._tasks.add(task)
            try:
                return await handler(request)
            finally:
                self._tasks.discard(task)

        return stream

    async def let_go(self, app: web.Application) -> None:
        """Ends all streams; for `on_shutdown`."""
        for task in self._tasks:
            task.cancel()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Arrays of messages, each with its number as `n`; `?after=N` goes on from there."""
        meeting_id = request.match_info["meeting"]
        after = _number(request.query.get("after", ""))
        socket = web.WebSocketResponse(heartbeat=15.0, max_msg_size=1024)
        await socket.prepare(request)
        try:
            async with self._live.follow(meeting_id, after) as messages:
                await _pump(socket, messages)
        except UsageError as error:
            await socket.send_json([{"type": "waiting", "text": error.message}])
        await socket.close()
        return socket

    async def camera(self, request: web.Request) -> web.StreamResponse:
        """The picture that people in the meeting see."""
        meeting_id = request.match_info["meeting"]
        if meeting_id not in self._live.running():
            raise UsageError("This meeting is not live.", "Its transcript can be read.")
        kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": kind})
        await response.prepare(request)
        try:
            async for jpeg in self._live.pictures(meeting_id):
                head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                async with asyncio.timeout(SEND_S):
                    await response.write(f"--{BOUNDARY}\r\n{head}".encode() + jpeg + b"\r\n")
        except (ConnectionError, TimeoutError):
            log.debug("somebody who looked at the camera went away")
        return response


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


async def _pump(socket: web.WebSocketResponse, messages: AsyncIterator[Numbered]) -> None:
    queue: asyncio.Queue[Numbered] = asyncio.Queue(WAITING)

    async def collect() -> None:
        async for numbered in messages:
            await queue.put(numbered)
        await queue.join()
        await socket.close()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(collect()), group.create_task(_send(socket, queue))]
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
        for task in tasks:
            task.cancel()


async def _send(socket: web.WebSocketResponse, queue: "asyncio.Queue[Numbered]") -> None:
    while not socket.closed:
        batch: list[Message] = []
        try:
            async with asyncio.timeout(BEAT_S):
                batch.append(_stamped(await queue.get()))
        except TimeoutError:
            batch.append({"type": "beat"})
        while not queue.empty() and len(batch) < MOST_AT_ONCE:
            batch.append(_stamped(queue.get_nowait()))
        try:
            async with asyncio.timeout(SEND_S):
                await socket.send_str(json.dumps(batch, ensure_ascii=False))
        except (ConnectionError, TimeoutError):
            log.debug("a browser went away or takes nothing")
            await socket.close()
            return
        for each in batch:
            if "n" in each:
                queue.task_done()
        await asyncio.sleep(PAUSE_S)


def _stamped(numbered: Numbered) -> Message:
    number, message = numbered
    return {**message, "n": number}

"""A bot's own pages: what it hears, says and shows, as it happens."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from aiohttp import WSMsgType, web

from domain.events import Event
from domain.text import clean
from web.access import HEADERS, Access
from web.controls import ControlRoutes, Controls
from web.listen import ListenRoutes, SpeechFeed
from web.live_state import LiveSnapshot
from web.outbox import Outbox
from web.own_page import OwnPage
from web.routes import Handler

log = logging.getLogger(__name__)

PAUSE_S = 0.05
"""Between two sendings to a viewer."""

BEAT_S = 5.0
"""A viewer hears something at least this often."""

SEND_S = 20.0
"""A viewer who takes nothing for so long is let go."""

BOUNDARY = "dragoman-picture"

Subscribe = Callable[[], AbstractAsyncContextManager[AsyncIterator[Event]]]


class LivePage:
    """Serves /live, its socket and camera, and /health.

    `subscribe` opens a stream of the session's events, `snapshot` tells what they have come
    to, `jpegs` yields the camera's pictures as JPEG files. With `controls` the viewers may
    change the picture and send the bot away.
    """

    def __init__(
        self,
        token: str,
        subscribe: Subscribe,
        snapshot: Callable[[], LiveSnapshot],
        jpegs: Callable[[], AsyncIterator[bytes]],
        controls: Controls | None = None,
    ) -> None:
        self._access = Access(token)
        self._orders = ControlRoutes(controls, self._access) if controls else None
        self._ears: ListenRoutes | None = None
        self._subscribe = subscribe
        self._snapshot = snapshot
        self._jpegs = jpegs
        self._streams: set[asyncio.Task[object]] = set()

    def let_listen(self, feed: SpeechFeed) -> None:
        """Lets viewers listen to the languages of a feed; to be called before `add_routes`."""
        self._ears = ListenRoutes(feed, self._access) if feed.offered else None

    def add_routes(self, app: web.Application) -> None:
        """Puts the pages into an application."""
        events = self._access.socket(self._streaming(self._events))
        camera = self._access.guarded(self._streaming(self._camera))
        app.router.add_get("/", self._home, allow_head=False)
        OwnPage(self._access, "live", values=self._values).add_routes(app)
        app.router.add_get("/live/events", events, allow_head=False)
        app.router.add_get("/live/camera", camera, allow_head=False)
        app.router.add_get("/health", self._health)
        if self._orders is not None:
            self._orders.add_routes(app)
        if self._ears is not None:
            self._ears.add_routes(app, self._streaming)
        app.on_shutdown.append(self._let_go)

    async def _let_go(self, app: web.Application) -> None:
        """Ends the streams that would otherwise hold up the server's end."""
        for task in self._streams:
            task.cancel()

    def _streaming(self, handler: Handler) -> Handler:
        async def stream(request: web.Request) -> web.StreamResponse:
            task = asyncio.current_task()
            assert task is not None, "a handler runs in a task"
            self._streams.add(task)
            try:
                return await handler(request)
            finally:
                self._streams.discard(task)

        return stream

    async def _home(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/live", headers=HEADERS)

    async def _health(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, headers=HEADERS)

    def _values(self) -> Mapping[str, object]:
        return {
            "title": clean(self._snapshot().title) or "Live",
            "controls": self._orders is not None,
            "spoken": self._ears.offered if self._ears is not None else (),
        }

    async def _events(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=15.0, max_msg_size=4096)
        await socket.prepare(request)
        outbox = Outbox(self._snapshot)
        async with self._subscribe() as events, asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_collect(events, outbox)),
                group.create_task(_send(socket, outbox)),
            ]
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                await socket.send_json([{"type": "error", "text": "This socket only tells."}])
            for task in tasks:
                task.cancel()
        return socket

    async def _camera(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={**HEADERS, "Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}"}
        )
        await response.prepare(request)
        try:
            async for jpeg in self._jpegs():
                head = f"Content-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                part = b"".join((f"--{BOUNDARY}\r\n".encode(), head.encode(), jpeg, b"\r\n"))
                async with asyncio.timeout(SEND_S):
                    await response.write(part)
        except (ConnectionError, TimeoutError):
            log.debug("a viewer of the camera went away")
        return response


async def _collect(events: AsyncIterator[Event], outbox: Outbox) -> None:
    async for event in events:
        outbox.put(event)


async def _send(socket: web.WebSocketResponse, outbox: Outbox) -> None:
    while not socket.closed:
        try:
            async with asyncio.timeout(BEAT_S):
                messages = await outbox.take()
        except TimeoutError:
            messages = [{"type": "beat"}]
        try:
            async with asyncio.timeout(SEND_S):
                await socket.send_str(json.dumps(messages, ensure_ascii=False))
        except (ConnectionError, TimeoutError):
            log.debug("a viewer went away or takes nothing")
            await socket.close()
            return
        await asyncio.sleep(PAUSE_S)

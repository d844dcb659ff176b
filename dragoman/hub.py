"""Hands every event of a session to whoever watches, and lets nobody slow it down."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from domain.events import Event

log = logging.getLogger(__name__)

Listener = Callable[[Event], None]


class Hub:
    """Events go to plain functions at once and to subscribers through bounded queues.

    A subscriber that lags by more than `depth` events loses the oldest; it is counted in
    `dropped` and logged once.
    """

    def __init__(self, depth: int = 1000) -> None:
        self._depth = depth
        self._functions: list[Listener] = []
        self._queues: set[asyncio.Queue[Event]] = set()
        self._broken: list[Listener] = []
        self.dropped = 0

    def on(self, function: Listener) -> None:
        """Calls a quick function for every event from now on; its faults are logged once."""
        self._functions.append(function)

    def publish(self, event: Event) -> None:
        """Hands an event out; never waits."""
        for function in self._functions:
            try:
                function(event)
            except Exception:
                if function not in self._broken:
                    self._broken.append(function)
                    log.exception("a watcher failed")
        for queue in self._queues:
            if queue.full():
                queue.get_nowait()
                self.dropped += 1
                if self.dropped == 1:
                    log.warning("a watcher lags behind; its oldest events are dropped")
            queue.put_nowait(event)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[Event]]:
        """The events from now on, as long as the context lasts."""
        queue: asyncio.Queue[Event] = asyncio.Queue(self._depth)
        self._queues.add(queue)
        try:
            yield _drain(queue)
        finally:
            self._queues.discard(queue)


async def _drain(queue: asyncio.Queue[Event]) -> AsyncIterator[Event]:
    while True:
        yield await queue.get()

"""A bounded queue between one producer and one reader that drops its oldest item when full."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


class Outbox(Generic[T]):
    """Items in order of arrival; `dropped` counts what a slow reader lost."""

    def __init__(self, name: str, capacity: int) -> None:
        self.name = name
        self.dropped = 0
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._news = asyncio.Event()
        self._closed = False

    def put(self, item: T) -> T | None:
        """Adds an item; gives back the oldest one where it had to go."""
        lost = None
        if self._closed:
            return None
        if len(self._items) >= self._capacity:
            lost = self._items.popleft()
            if self.dropped == 0:
                log.warning("outbox %s is full, its oldest items are dropped", self.name)
            self.dropped += 1
        self._items.append(item)
        self._news.set()
        return lost

    def close(self) -> None:
        """Ends the reader once it has read what is there."""
        self._closed = True
        self._news.set()

    async def read(self) -> AsyncIterator[T]:
        """Items until the box is closed and empty."""
        while True:
            while self._items:
                yield self._items.popleft()
            if self._closed:
                return
            self._news.clear()
            await self._news.wait()

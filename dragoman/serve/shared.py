"""One stream for many: it runs while anybody follows, and everybody gets the newest item."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """`source` opens the stream; it is opened for the first follower and closed after the
    last. A follower that is slow misses items and delays nobody."""

    def __init__(self, source: Callable[[], AsyncIterator[T]]) -> None:
        self._source = source
        self._news = asyncio.Condition()
        self._newest: T | None = None
        self._number = 0
        self._over = False
        self._followers = 0
        self._task: asyncio.Task[None] | None = None

    async def follow(self) -> AsyncIterator[T]:
        """The newest item and those after it, until the stream ends."""
        self._followers += 1
        if self._task is None:
            self._over = False
            self._task = asyncio.create_task(self._run())
        seen = 0
        try:
            while (news := await self._after(seen)) is not None:
                seen, item = news
                yield item
        finally:
            self._followers -= 1
            if not self._followers:
                await self.aclose()

    async def _after(self, seen: int) -> tuple[int, T] | None:
        """The newest item with its number, once it is newer; None at the end."""
        async with self._news:
            await self._news.wait_for(lambda: self._over or self._number > seen)
            if self._number <= seen or self._newest is None:
                return None
            return self._number, self._newest

    async def aclose(self) -> None:
        """Closes the stream; who follows sees its end."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        try:
            async for item in self._source():
                async with self._news:
                    self._newest = item
                    self._number += 1
                    self._news.notify_all()
        finally:
            self._over = True
            self._newest, self._number = None, 0
            async with self._news:
                self._news.notify_all()

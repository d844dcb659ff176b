"""A bound on requests at the same time, where finals pass waiting drafts."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import EngineUnavailable


class FinalsFirst:
    """So many at once; drafts leave one place free where there are several."""

    def __init__(self, at_once: int, most_waiting: int = 200) -> None:
        self._free = at_once
        self._kept_free = 1 if at_once > 1 else 0
        self._most = most_waiting
        self._finals: deque[asyncio.Future[None]] = deque()
        self._drafts: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def place(self, *, draft: bool) -> AsyncIterator[None]:
        """A place for the time of the block. Raises EngineUnavailable where too many wait."""
        await self._take(draft)
        try:
            yield
        finally:
            self._free += 1
            self._wake()

    async def _take(self, draft: bool) -> None:
        if len(self._finals) + len(self._drafts) >= self._most:
            raise EngineUnavailable("Too many translations wait for the server.")
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._drafts if draft else self._finals).append(waiting)
        self._wake()
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self._free += 1
            waiting.cancel()
            self._wake()
            raise

    def _wake(self) -> None:
        for queue, least in ((self._finals, 0), (self._drafts, self._kept_free)):
            while queue and (queue[0].cancelled() or self._free > least):
                first = queue.popleft()
                if not first.cancelled():
                    self._free -= 1
                    first.set_result(None)

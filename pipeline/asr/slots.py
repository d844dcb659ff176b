"""Places at a server: few at once, finals before drafts."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import EngineUnavailable


class Slots:
    """At most `most` at once; drafts leave one place free where there are more than one.

    At most `most_waiting` of each kind wait; those beyond are refused and counted.
    """

    def __init__(self, most: int, most_waiting: int = 16) -> None:
        self.refused = 0
        self._most = most
        self._most_waiting = most_waiting
        self._taken = 0
        self._finals: deque[asyncio.Future[None]] = deque()
        self._drafts: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def place(self, final: bool) -> AsyncIterator[None]:
        """Waits for a place and holds it. Raises EngineUnavailable where too many wait."""
        await self._take(final)
        try:
            yield
        finally:
            self._taken -= 1
            self._wake()

    async def _take(self, final: bool) -> None:
        queue = self._finals if final else self._drafts
        if len(queue) >= self._most_waiting:
            self.refused += 1
            raise EngineUnavailable(
                "Too much speech waits for the recognition server.",
                "Give it more room, or choose a larger step.",
            )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self._wake()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._taken -= 1
            elif turn in queue:
                queue.remove(turn)
            self._wake()
            raise

    def _wake(self) -> None:
        while self._finals and self._taken < self._most:
            self._grant(self._finals)
        while self._drafts and self._taken < max(1, self._most - 1):
            self._grant(self._drafts)

    def _grant(self, queue: "deque[asyncio.Future[None]]") -> None:
        turn = queue.popleft()
        if not turn.done():
            self._taken += 1
            turn.set_result(None)

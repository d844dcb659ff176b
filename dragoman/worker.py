"""Tasks that run beside other work, and their owner."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


class Worker:
    """Owns tasks: an async context manager, at whose end those that still run are cancelled.

    Where a task fails, the block ends with its error; what the block itself raises stays what
    it is.
    """

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._owned: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._end()
        finally:
            for task in self._owned.copy():
                task.cancel()
            await self._group.__aexit__(None, None, None)

    def own(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs work beside everything else, until its end or the worker's."""
        task = self._group.create_task(work)
        self._owned.add(task)
        task.add_done_callback(self._owned.discard)
        return task

    def _begin(self) -> None:
        """What is to run from the beginning."""

    async def _end(self) -> None:
        """What is to be done before the tasks are cancelled."""

    async def _ended_within(self, within_s: float) -> bool:
        """Waits for the tasks to end by themselves; whether they did. Late ones are cancelled."""
        if not self._owned:
            return True
        _, late = await asyncio.wait(self._owned, timeout=within_s)
        for task in late:
            task.cancel()
        return not late

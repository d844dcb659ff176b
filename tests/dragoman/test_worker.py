"""Who owns tasks ends them."""

import asyncio

import pytest

from dragoman.worker import Worker


class Clerk(Worker):
    """Runs from the beginning; takes its leave in time, or too late."""

    def __init__(self, patience_s: float = 10.0) -> None:
        super().__init__()
        self.told: list[str] = []
        self.over = asyncio.Event()
        self._patience_s = patience_s

    def _begin(self) -> None:
        self.own(self._run())

    async def _end(self) -> None:
        self.told.append("asked to end")
        in_time = await self._ended_within(self._patience_s)
        self.told.append("in time" if in_time else "late")

    async def _run(self) -> None:
        try:
            await self.over.wait()
            self.told.append("ended")
        except asyncio.CancelledError:
            self.told.append("cancelled")
            raise


async def test_what_runs_may_end_by_itself() -> None:
    async with Clerk() as clerk:
        clerk.over.set()
    assert sorted(clerk.told) == ["asked to end", "ended", "in time"]
    assert clerk.told[-1] == "in time"


async def test_what_is_late_is_cancelled() -> None:
    async with Clerk(patience_s=0.01) as clerk:
        pass
    assert clerk.told == ["asked to end", "late", "cancelled"]


async def test_work_without_an_end_is_cancelled() -> None:
    async with Worker() as worker:
        forever = worker.own(asyncio.sleep(3600))
        done = worker.own(asyncio.sleep(0))
        await done
    assert forever.cancelled()


async def test_nothing_is_waited_for_where_nothing_runs() -> None:
    async with Clerk(patience_s=3600) as clerk:
        clerk.over.set()
        await asyncio.sleep(0.01)
    assert clerk.told == ["ended", "asked to end", "in time"]


async def test_what_the_block_raises_stays_what_it_is() -> None:
    forever: list[asyncio.Task[None]] = []

    async def work() -> None:
        async with Worker() as worker:
            forever.append(worker.own(asyncio.sleep(3600)))
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await work()
    assert forever[0].cancelled()


async def test_a_failure_of_a_task_ends_the_block() -> None:
    forever: list[asyncio.Task[None]] = []

    async def fail() -> None:
        raise ValueError("its own")

    async def work() -> None:
        async with Worker() as worker:
            forever.append(worker.own(asyncio.sleep(3600)))
            worker.own(fail())
            await asyncio.sleep(3600)

    with pytest.raises(ExceptionGroup) as raised:
        await work()
    assert raised.group_contains(ValueError, match="its own")
    assert forever[0].cancelled()


async def test_whoever_is_cancelled_at_the_end_leaves_nothing_behind() -> None:
    clerk = Clerk(patience_s=3600)

    async def work() -> None:
        async with clerk:
            pass

    working = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert clerk.told == ["asked to end", "cancelled"]

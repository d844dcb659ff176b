"""Order, overload, crashes and hangs of the decoding thread."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from domain.errors import EngineError, EngineUnavailable
from pipeline.asr.one_thread import Hung, OneThread


class Gate:
    """Work that waits until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go = threading.Event()

    def work(self) -> str:
        self.begun.set()
        self.go.wait(5)
        return "done"


@pytest.fixture
async def thread() -> AsyncIterator[OneThread]:
    made = OneThread("test", most_waiting=3)
    yield made
    await made.aclose()


async def begun(gate: Gate) -> None:
    assert await asyncio.to_thread(gate.begun.wait, 5)


async def test_finals_go_first_and_the_youngest_draft_gives_way(thread: OneThread) -> None:
    gate, order = Gate(), []

    def note(name: str) -> Callable[[], None]:
        return lambda: order.append(name)

    async def ask(name: str, urgent: bool) -> str:
        try:
            await thread.run(note(name), timeout_s=5, urgent=urgent)
        except EngineUnavailable:
            return f"{name} refused"
        return name

    async with asyncio.TaskGroup() as group:
        held = group.create_task(thread.run(gate.work, timeout_s=5))
        await begun(gate)
        asked = [("draft 1", False), ("draft 2", False), ("draft 3", False), ("draft 4", False)]
        asked += [("final 1", True), ("final 2", True)]
        tasks = []
        for name, urgent in asked:
            tasks.append(group.create_task(ask(name, urgent)))
            await asyncio.sleep(0)
        gate.go.set()
    assert held.result() == "done"
    assert order == ["final 1", "final 2", "draft 1"]
    refused = [task.result() for task in tasks if "refused" in task.result()]
    assert refused == ["draft 2 refused", "draft 3 refused", "draft 4 refused"]
    assert thread.refused == 3


async def test_cancelled_work_is_never_begun(thread: OneThread) -> None:
    gate, done = Gate(), []
    held = asyncio.create_task(thread.run(gate.work, timeout_s=5))
    await begun(gate)
    waiting = asyncio.create_task(thread.run(lambda: done.append(1), timeout_s=5))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    gate.go.set()
    assert await held == "done"
    assert await thread.run(lambda: "next", timeout_s=5) == "next"
    assert done == []


async def test_a_crash_is_an_engine_error_and_the_thread_goes_on(thread: OneThread) -> None:
    def crash() -> None:
        raise IndexError("arrays used as indices")

    with pytest.raises(EngineError, match="IndexError"):
        await thread.run(crash, timeout_s=5)
    assert await thread.run(lambda: 1, timeout_s=5) == 1
    assert not thread.broken


async def test_a_hang_fails_all_that_wait_within_the_time_out(thread: OneThread) -> None:
    gate = Gate()
    hung = asyncio.create_task(thread.run(gate.work, timeout_s=0.05))
    await begun(gate)
    waiting = asyncio.create_task(thread.run(lambda: 1, timeout_s=5, urgent=True))
    results = await asyncio.gather(hung, waiting, return_exceptions=True)
    assert [type(result) for result in results] == [Hung, Hung]
    assert issubclass(Hung, EngineUnavailable)
    assert thread.broken
    with pytest.raises(EngineUnavailable):
        await thread.run(lambda: 1, timeout_s=5)
    gate.go.set()


async def test_the_loop_goes_on_while_the_thread_works(thread: OneThread) -> None:
    gate = Gate()
    held = asyncio.create_task(thread.run(gate.work, timeout_s=5))
    await begun(gate)
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not held.done()
    gate.go.set()
    assert await held == "done"


async def test_closing_fails_what_waits_and_lets_the_running_end(thread: OneThread) -> None:
    gate = Gate()
    held = asyncio.create_task(thread.run(gate.work, timeout_s=5))
    await begun(gate)
    waiting = asyncio.create_task(thread.run(lambda: 1, timeout_s=5))
    await asyncio.sleep(0)
    closing = asyncio.create_task(thread.aclose())
    await asyncio.sleep(0.01)
    gate.go.set()
    await closing
    assert await held == "done"
    with pytest.raises(EngineUnavailable, match="closed"):
        await waiting
    with pytest.raises(EngineUnavailable, match="closed"):
        await thread.run(lambda: 1, timeout_s=5)


class Batch:
    """Work for several; goes wrong where it gets more than one, or something bad."""

    def __init__(self, wrong: str) -> None:
        self.wrong = wrong
        self.calls: list[list[int]] = []

    def work(self, items: list[int]) -> list[int]:
        self.calls.append(items)
        if self.wrong == "short":
            return [10 * items[0]]
        if self.wrong in ("crash", "one") and 2 in items:
            raise IndexError("window 2")
        if self.wrong == "many" and len(items) > 1:
            raise EngineError("too many at once")
        return [10 * item for item in items]


@pytest.mark.parametrize(
    ("wrong", "second"), [("short", "20"), ("crash", "EngineError"), ("many", "20")]
)
async def test_a_batch_that_fails_is_done_item_by_item(wrong: str, second: str) -> None:
    thread, gate, batch = OneThread("test"), Gate(), Batch(wrong)
    held = asyncio.create_task(thread.run(gate.work, timeout_s=30))
    await begun(gate)
    tasks = [
        asyncio.create_task(thread.share(item, batch.work, most=4, timeout_s=30))
        for item in (1, 2, 3)
    ]
    await asyncio.sleep(0)
    gate.go.set()
    await held
    async with asyncio.timeout(20):
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert await thread.run(lambda: "alive", timeout_s=10) == "alive"
    told = [type(r).__name__ if isinstance(r, Exception) else str(r) for r in results]
    assert told == ["10", second, "30"]
    assert batch.calls == [[1, 2, 3], [1], [2], [3]]
    await thread.aclose()


async def test_an_item_that_hangs_alone_leaves_nobody_waiting() -> None:
    thread, gate, stuck = OneThread("test"), Gate(), Gate()

    def work(items: list[int]) -> list[int]:
        if len(items) > 1:
            raise IndexError("batch")
        if items == [2]:
            stuck.work()
        return items

    held = asyncio.create_task(thread.run(gate.work, timeout_s=30))
    await begun(gate)
    tasks = [
        asyncio.create_task(thread.share(item, work, most=4, timeout_s=1.0)) for item in (1, 2, 3)
    ]
    await asyncio.sleep(0)
    gate.go.set()
    await held
    async with asyncio.timeout(20):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[0] == 1
    assert [type(result) for result in results[1:]] == [Hung, Hung]
    stuck.go.set()


async def test_who_waits_for_work_that_outlasts_the_end_is_told() -> None:
    thread, gate = OneThread("test"), Gate()
    held = asyncio.create_task(thread.run(gate.work, timeout_s=30))
    await begun(gate)
    await thread.aclose(timeout_s=0.05)
    async with asyncio.timeout(10):
        with pytest.raises(EngineUnavailable, match="closed"):
            await held
    gate.go.set()


def test_a_loop_that_ended_meanwhile_costs_the_thread_nothing() -> None:
    gate, made = Gate(), []

    async def leave() -> None:
        made.append(OneThread("test"))
        held = asyncio.create_task(made[0].run(gate.work, timeout_s=30))
        await begun(gate)
        held.cancel()

    async def come_back() -> str:
        return await made[0].run(lambda: "alive", timeout_s=10)

    asyncio.run(leave())
    gate.go.set()
    assert asyncio.run(come_back()) == "alive"
    asyncio.run(made[0].aclose())

"""Order, overload, crashes and hangs of the decoding thread."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from domain.errors import EngineError, EngineUnavailable
from pipeline.asr.one_thread import OneThread


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
    assert [type(result) for result in results] == [EngineUnavailable, EngineUnavailable]
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

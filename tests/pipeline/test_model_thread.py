"""A model that is loaded once, however impatient those who wait for it are."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from domain.errors import EngineUnavailable
from pipeline.asr.model_thread import ModelThread
from pipeline.asr.one_thread import Hung


class Maker:
    """Counts loads; each waits until it is let go."""

    def __init__(self) -> None:
        self.loads = 0
        self.begun = threading.Event()
        self.go = threading.Event()

    def make(self) -> str:
        self.loads += 1
        self.begun.set()
        self.go.wait(5)
        return f"model {self.loads}"


@pytest.fixture
async def maker() -> AsyncIterator[Maker]:
    made = Maker()
    yield made
    made.go.set()


async def begun(maker: Maker) -> None:
    assert await asyncio.to_thread(maker.begun.wait, 10)


async def test_a_waiter_that_gives_up_costs_no_second_load(maker: Maker) -> None:
    model = ModelThread("test", maker.make)
    impatient = asyncio.create_task(model.ready(30))
    patient = asyncio.create_task(model.ready(30))
    await begun(maker)
    impatient.cancel()
    await asyncio.wait([impatient])
    third = asyncio.create_task(model.ready(30))
    maker.go.set()
    assert (await patient)[0] == (await third)[0] == (await model.ready(30))[0] == "model 1"
    assert impatient.cancelled()
    await model.aclose()


async def test_closing_during_a_load_is_told_to_who_waits(maker: Maker) -> None:
    model = ModelThread("test", maker.make, "other model")
    waiting = asyncio.create_task(model.ready(30))
    await begun(maker)
    closing = asyncio.create_task(model.aclose())
    await asyncio.sleep(0)
    maker.go.set()
    await closing
    with pytest.raises(EngineUnavailable, match="The other model was closed"):
        await waiting


async def test_after_the_end_nothing_is_loaded(maker: Maker) -> None:
    maker.go.set()
    model = ModelThread("test", maker.make)
    await model.ready(30)
    await model.aclose()
    with pytest.raises(EngineUnavailable, match="closed"):
        await model.ready(30)
    assert maker.loads == 1


async def test_a_model_that_hangs_again_and_again_is_given_up(maker: Maker) -> None:
    hangs: list[int] = []
    model = ModelThread("test", maker.make, "other model", on_hang=lambda: hangs.append(1))
    for _ in range(3):
        with pytest.raises(Hung):
            await model.ready(0.2)
    with pytest.raises(EngineUnavailable, match="The other model hangs again"):
        await model.ready(0.2)
    assert len(hangs) == 3
    assert maker.loads == 3
    maker.go.set()
    await model.aclose()

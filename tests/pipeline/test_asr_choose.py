"""The choice goes on where an engine hangs or breaks, and keeps none open."""

import asyncio

import pytest

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable, MissingError
from domain.ports import RecognitionRequest, RecognitionStream, Recognizer
from pipeline.asr import AUTO_ORDER
from pipeline.asr.choose import choose


class Engine:
    """`fault` is what its health does."""

    def __init__(self, name: str, fault: str = "") -> None:
        self.info = EngineInfo(name)
        self.fault = fault
        self.asked = asyncio.Event()
        self.closed = False

    async def health(self) -> Health:
        self.asked.set()
        if self.fault == "hang":
            await asyncio.sleep(3600)
        if self.fault == "crash":
            raise RuntimeError("boom")
        if self.fault == "error":
            raise EngineUnavailable("gone")
        return Health(self.fault != "ill", "as planned", "mend it")

    async def open(self, request: RecognitionRequest) -> RecognitionStream:
        raise EngineError("not here")

    async def aclose(self) -> None:
        self.closed = True
        if self.fault:
            raise RuntimeError("closing fails too")


@pytest.mark.parametrize("fault", ["hang", "crash", "error", "ill"])
async def test_auto_goes_on_and_gives_the_faulty_engine_back(fault: str) -> None:
    bad, good = Engine(AUTO_ORDER[0], fault), Engine(AUTO_ORDER[1])
    builders = {AUTO_ORDER[0]: lambda: bad, AUTO_ORDER[1]: lambda: good}
    recognizer, reason = await choose("auto", builders, health_timeout_s=0.1)
    assert recognizer is good
    assert bad.closed
    assert not good.closed
    assert f"Not {AUTO_ORDER[0]}: " in reason


@pytest.mark.parametrize("fault", ["hang", "crash"])
async def test_a_named_engine_that_hangs_or_breaks_is_told(fault: str) -> None:
    bad = Engine("scripted", fault)
    with pytest.raises(MissingError, match="scripted: "):
        await choose("scripted", {"scripted": lambda: bad}, health_timeout_s=0.1)
    assert bad.closed


async def test_an_engine_that_cannot_be_built_is_passed_over() -> None:
    def crash() -> Recognizer:
        raise RuntimeError("boom")

    good = Engine(AUTO_ORDER[1])
    recognizer, _ = await choose("auto", {AUTO_ORDER[0]: crash, AUTO_ORDER[1]: lambda: good})
    assert recognizer is good


async def test_a_choice_that_is_cancelled_keeps_nothing_open() -> None:
    bad = Engine(AUTO_ORDER[0], "hang")
    choosing = asyncio.create_task(choose("auto", {AUTO_ORDER[0]: lambda: bad}))
    await bad.asked.wait()
    choosing.cancel()
    await asyncio.wait([choosing])
    assert choosing.cancelled()
    assert bad.closed

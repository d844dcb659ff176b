"""Engines that fail, hang or lack a language, and those that take over."""

import asyncio
from dataclasses import dataclass, field

import pytest

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word
from pipeline.asr.chain import ChainRules, Link, RecognizerChain

SECOND = 32000


@dataclass
class Plan:
    """How an engine behaves; shared by all that are built from it."""

    name: str
    fault: str = ""
    """unavailable, error, crash or hang."""
    healthy: bool = True
    languages: frozenset[str] = frozenset()
    heard: list[int] = field(default_factory=list)
    """Bytes of each utterance that ended."""


class Engine:
    """Says its name once a second, vouching for all but the last word."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.info = EngineInfo(plan.name, languages=plan.languages)

    async def health(self) -> Health:
        return Health(self.plan.healthy, "as planned")

    async def open(self, request: RecognitionRequest) -> "Stream":
        return Stream(self.plan)

    async def aclose(self) -> None:
        pass


class Stream:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.bytes = 0

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        await self._fault()
        self.bytes += len(pcm)
        words = self._words()
        return Hypothesis(words, "en", stable=max(0, len(words) - 1))

    async def finish(self) -> Hypothesis:
        await self._fault()
        self.plan.heard.append(self.bytes)
        return Hypothesis(self._words(), "en", final=True, stable=len(self._words()))

    async def aclose(self) -> None:
        pass

    def _words(self) -> tuple[Word, ...]:
        return tuple(Word(self.plan.name, n, n + 0.9) for n in range(self.bytes // SECOND))

    async def _fault(self) -> None:
        fault = self.plan.fault
        if fault == "unavailable":
            raise EngineUnavailable("gone")
        if fault == "error":
            raise EngineError("bad window")
        if fault == "crash":
            raise RuntimeError("boom")
        if fault == "hang":
            await asyncio.sleep(3600)


class Case:
    def __init__(self, *plans: Plan) -> None:
        self.told: list[str] = []
        self.changed = asyncio.Event()
        self.now = 0.0
        links = [Link(plan.name, lambda plan=plan: Engine(plan)) for plan in plans]
        self.chain = RecognizerChain(
            links,
            self._tell,
            first=(plans[0].name, Engine(plans[0])),
            rules=ChainRules(answer_timeout_s=0.2),
            now=lambda: self.now,
        )

    def _tell(self, text: str) -> None:
        self.told.append(text)
        self.changed.set()

    async def say(self, seconds: int = 2, language: str = "") -> list[str]:
        stream = await self.chain.open(RecognitionRequest("a", 0.0, language))
        try:
            for _ in range(seconds):
                await stream.feed(bytes(SECOND))
            final = await stream.finish()
        finally:
            await stream.aclose()
        assert final.final
        assert final.stable == len(final.words)
        return [word.text for word in final.words]


@pytest.mark.parametrize("fault", ["unavailable", "crash", "hang"])
async def test_the_next_engine_hears_the_whole_utterance(fault: str) -> None:
    first, second = Plan("first", fault), Plan("second")
    case = Case(first, second)
    assert await case.say() == ["second", "second"]
    assert second.heard == [2 * SECOND]
    assert case.chain.info.name == "second"
    assert len(case.told) == 1
    assert "first rests" in case.told[0]
    await case.chain.aclose()


async def test_stable_words_stand_when_the_engine_fails_midway() -> None:
    first, second = Plan("first"), Plan("second")
    case = Case(first, second)
    stream = await case.chain.open(RecognitionRequest("a", 0.0))
    for _ in range(3):
        await stream.feed(bytes(SECOND))
    first.fault = "unavailable"
    hypothesis = await stream.feed(bytes(SECOND))
    final = await stream.finish()
    await stream.aclose()
    assert hypothesis is not None
    assert [w.text for w in hypothesis.words] == ["first", "first", "second", "second"]
    assert [w.text for w in final.words] == ["first", "first", "second", "second"]
    assert second.heard == [4 * SECOND]
    await case.chain.aclose()


async def test_single_errors_cost_no_engine_and_repeated_ones_do() -> None:
    first, second = Plan("first", "error"), Plan("second")
    case = Case(first, second)
    assert await case.say() == ["second", "second"]
    assert case.chain.info.name == "first"
    assert await case.say() == ["second", "second"]
    assert case.chain.info.name == "second"
    await case.chain.aclose()


async def test_the_first_is_tried_again_after_its_rest() -> None:
    first, second = Plan("first", "unavailable"), Plan("second")
    case = Case(first, second)
    await case.say()
    first.fault = ""
    assert await case.say() == ["second", "second"]
    case.now = 31.0
    case.changed.clear()
    await case.say()
    async with asyncio.timeout(10):
        await case.changed.wait()
    assert await case.say() == ["first", "first"]
    assert "first works again" in case.told[-1]
    await case.chain.aclose()


async def test_an_engine_without_the_language_is_passed_over() -> None:
    first, second = Plan("first", "unavailable"), Plan("second", languages=frozenset({"en"}))
    third = Plan("third")
    case = Case(first, second, third)
    assert await case.say(language="de") == ["third", "third"]
    await case.chain.aclose()


async def test_an_unhealthy_reserve_is_passed_over() -> None:
    case = Case(Plan("first", "unavailable"), Plan("second", healthy=False), Plan("third"))
    assert await case.say() == ["third", "third"]
    await case.chain.aclose()


async def test_without_a_reserve_the_error_comes_through() -> None:
    case = Case(Plan("first", "unavailable"))
    with pytest.raises(EngineUnavailable, match="gone"):
        await case.say()
    assert case.told == []
    await case.chain.aclose()

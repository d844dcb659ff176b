"""Engines that fail, hang or lack a language, and those that take over."""

import asyncio
from dataclasses import dataclass, field

import pytest

from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable, MissingError
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word
from pipeline.asr.chain import ChainRules, Link, RecognizerChain
from pipeline.asr.language_unknown import LanguageUnknown
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines
from pipeline.choices import Choice, Choices, Knowledge
from pipeline.hearing import HearingSettings
from pipeline.language import SpokenLanguages
from pipeline.people import People

SECOND = 32000


@dataclass
class Plan:
    """How an engine behaves; shared by all that are built from it."""

    name: str
    fault: str = ""
    """unavailable, error, crash, hang or missing."""
    healthy: bool = True
    health_fault: str = ""
    unknown: str = ""
    """A language that `open` refuses."""
    close_fault: str = ""
    asked: int = 0
    """How often for its health."""
    built: int = 0
    closed: int = 0
    gone: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """Released for each that was given back."""
    languages: frozenset[str] = frozenset()
    heard: list[int] = field(default_factory=list)
    """Bytes of each utterance that ended."""


class Engine:
    """Says its name once a second, vouching for all but the last word."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.plan.built += 1
        self.info = EngineInfo(plan.name, languages=plan.languages)

    async def health(self) -> Health:
        self.plan.asked += 1
        await suffer(self.plan.health_fault)
        return Health(self.plan.healthy, "as planned")

    async def open(self, request: RecognitionRequest) -> "Stream":
        if self.plan.unknown and request.language == self.plan.unknown:
            raise LanguageUnknown(self.plan.name, request.language)
        return Stream(self.plan)

    async def aclose(self) -> None:
        self.plan.closed += 1
        self.plan.gone.release()
        await suffer(self.plan.close_fault)


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
        await suffer(self.plan.fault)


async def suffer(fault: str) -> None:
    if fault == "unavailable":
        raise EngineUnavailable("gone")
    if fault == "error":
        raise EngineError("bad window")
    if fault == "missing":
        raise MissingError("no library")
    if fault == "crash":
        raise RuntimeError("boom")
    if fault == "hang":
        await asyncio.sleep(3600)


class Case:
    def __init__(self, *plans: Plan, first: int = 0, health_timeout_s: float = 150.0) -> None:
        self.told: list[str] = []
        self.changed = asyncio.Event()
        self.now = 0.0
        links = [Link(plan.name, lambda plan=plan: Engine(plan)) for plan in plans]
        self.chain = RecognizerChain(
            links,
            self._tell,
            first=(plans[first].name, Engine(plans[first])),
            rules=ChainRules(
                answer_timeout_s=0.2, health_timeout_s=health_timeout_s, close_timeout_s=0.2
            ),
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


async def ran(case: Case) -> None:
    """Lets an engine that is tried beside the one in use come to its end."""
    case.changed.clear()
    await case.say()
    async with asyncio.timeout(10):
        await case.changed.wait()


async def test_an_old_utterance_that_ends_well_keeps_no_engine_at_rest() -> None:
    first, second = Plan("first"), Plan("second")
    case = Case(first, second)
    old = await case.chain.open(RecognitionRequest("old", 0.0))
    await old.feed(bytes(SECOND))
    first.fault = "unavailable"
    await case.say()
    first.fault = ""
    await old.finish()
    await old.aclose()
    case.now = 31.0
    await ran(case)
    assert case.chain.info.name == "first"
    await case.chain.aclose()


async def test_an_old_utterance_that_fails_blames_no_engine_that_was_made_anew() -> None:
    first, second = Plan("first"), Plan("second")
    case = Case(first, second)
    old = await case.chain.open(RecognitionRequest("old", 0.0))
    await old.feed(bytes(SECOND))
    first.fault = "unavailable"
    await case.say()
    first.fault = ""
    case.now = 31.0
    await ran(case)
    first.fault = "unavailable"
    assert [word.text for word in (await old.finish()).words] == ["second"]
    await old.aclose()
    assert case.chain.info.name == "first"
    await case.chain.aclose()


async def test_nobody_waits_for_a_resting_engine_that_hangs() -> None:
    first, second = Plan("first", "unavailable"), Plan("second")
    case = Case(first, second)
    await case.say()
    first.health_fault = "hang"
    case.now = 31.0
    async with asyncio.timeout(30):
        for _ in range(3):
            assert await case.say() == ["second", "second"]
            await asyncio.sleep(0)
    assert first.asked == 1
    await case.chain.aclose()
    assert first.closed == 2


async def test_a_trial_that_hangs_ends_and_its_engine_is_given_back() -> None:
    first, second = Plan("first", "unavailable"), Plan("second")
    case = Case(first, second, health_timeout_s=0.05)
    await case.say()
    first.fault, first.health_fault = "", "hang"
    case.now = 31.0
    await case.say()
    async with asyncio.timeout(10):
        for _ in range(2):
            await first.gone.acquire()
    first.health_fault = ""
    case.now = 62.0
    await case.say()
    assert first.asked == 1, "the second rest is longer"
    case.now = 92.0
    await ran(case)
    assert case.chain.info.name == "first"
    await case.chain.aclose()


@pytest.mark.parametrize(
    ("fault", "told"),
    [("hang", "first gave no answer"), ("crash", r"first broke \(RuntimeError\)")],
)
@pytest.mark.parametrize("reserve", [False, True])
async def test_the_last_engine_ends_as_an_error_for_people(
    fault: str, told: str, reserve: bool
) -> None:
    case = Case(Plan("first", fault), *([Plan("second", healthy=False)] if reserve else []))
    stream = await case.chain.open(RecognitionRequest("a", 0.0))
    for _ in range(2):
        with pytest.raises(EngineUnavailable, match=told) as caught:
            await stream.finish()
        assert caught.value.remedy
    await stream.aclose()
    with pytest.raises(EngineUnavailable):
        await case.say()
    await case.chain.aclose()


async def test_another_kind_of_error_becomes_one_of_the_engine() -> None:
    case = Case(Plan("first", "missing"))
    with pytest.raises(EngineError, match="no library"):
        await case.say()
    await case.chain.aclose()


async def test_a_language_that_is_refused_puts_nobody_to_rest() -> None:
    first, second = Plan("first", unknown="eo"), Plan("second")
    case = Case(first, second)
    for _ in range(3):
        assert await case.say(language="eo") == ["second", "second"]
    assert await case.say(language="en") == ["first", "first"]
    second.unknown = "eo"
    with pytest.raises(LanguageUnknown, match="Esperanto"):
        await case.say(language="eo")
    assert case.told == []
    await case.chain.aclose()


async def test_after_the_end_nothing_is_made() -> None:
    first, second = Plan("first"), Plan("second")
    case = Case(first, second)
    old = await case.chain.open(RecognitionRequest("old", 0.0))
    await case.chain.aclose()
    with pytest.raises(EngineUnavailable, match="closed"):
        await case.say()
    first.fault = "unavailable"
    with pytest.raises(EngineUnavailable):
        await old.finish()
    assert not (await case.chain.health()).ok
    assert (first.built, first.closed, second.built) == (1, 1, 0)


@pytest.mark.parametrize("fault", ["crash", "hang"])
async def test_one_that_does_not_close_keeps_no_other_open(fault: str) -> None:
    first, second = Plan("first", "unavailable"), Plan("second")
    case = Case(first, second)
    await case.say()
    first.close_fault = fault
    async with asyncio.timeout(20):
        await case.chain.aclose()
    assert (first.closed, second.closed) == (1, 1)


async def test_health_has_an_end() -> None:
    case = Case(Plan("first", health_fault="hang"), health_timeout_s=0.05)
    health = await case.chain.health()
    assert not health.ok
    assert "gave no answer" in health.found
    await case.chain.aclose()


async def test_engines_before_the_chosen_one_are_tried_after_a_rest() -> None:
    case = Case(Plan("first"), Plan("second"), first=1)
    assert await case.say() == ["second", "second"]
    case.now = 31.0
    await ran(case)
    assert await case.say() == ["first", "first"]
    await case.chain.aclose()


async def test_where_words_come_from_follows_the_engine_in_use() -> None:
    first = Plan("first", languages=frozenset({"en"}))
    case = Case(first, Plan("second", languages=frozenset({"de"})))
    languages, lines, lag = SpokenLanguages(("de",)), CaptionLines(), CaptionLag()
    knowledge = Knowledge(languages, lines, lag, Attribution(People(), lines, lag))
    choices = Choices(
        HearingSettings(engine="auto"),
        FakeClock(),
        lambda: case.chain.info,
        knowledge,
        lambda _event: None,
    )
    assert choices.of("somebody") == Choice.CAPTIONS
    first.fault = "unavailable"
    await case.say()
    assert choices.of("somebody") == Choice.SOUND
    await case.chain.aclose()

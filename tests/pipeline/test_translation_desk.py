import asyncio
from collections.abc import Callable

import pytest

from domain.captions import Translation, TranslationState
from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.events import StageTimed
from domain.ports import TranslationRequest
from domain.speech import Word
from pipeline.context import Context
from pipeline.desk import DeskSettings, TranslationDesk
from pipeline.drafting import DraftView, erased, ready
from pipeline.glossary import Glossary
from pipeline.translation.breaker import Breaker
from pipeline.translation.chain import ChainSettings, TranslatorChain
from pipeline.translation.scripted import ScriptedTranslator


class Gate:
    """Answers each request when the gate is open; raises what it is told to raise."""

    def __init__(self, name: str = "gate") -> None:
        self.info = EngineInfo(name)
        self.open = asyncio.Event()
        self.open.set()
        self.error: Exception | None = None
        self.asked: list[TranslationRequest] = []
        self.closed = False

    async def health(self) -> Health:
        return Health(True, "")

    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset({("en", "es"), ("en", "fr")})

    async def translate(self, request: TranslationRequest) -> Translation:
        self.asked.append(request)
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return Translation(
            request.target, f"{request.target} {len(request.text)}", TranslationState.FINAL
        )

    async def aclose(self) -> None:
        self.closed = True


class Results(list[tuple[str, Translation]]):
    async def take(self, caption_id: str, translation: Translation) -> None:
        self.append((caption_id, translation))


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():
            await asyncio.sleep(0.002)


def desk_of(
    gate: Gate, settings: DeskSettings | None = None, clock: FakeClock | None = None
) -> tuple[TranslationDesk, Results, list[object]]:
    events: list[object] = []
    desk = TranslationDesk(gate, clock or FakeClock(), settings, notify=events.append)
    results = Results()
    desk.deliver_to(results.take)
    return desk, results, events


async def test_the_same_text_is_translated_once_and_shared() -> None:
    gate = Gate()
    gate.open.clear()
    desk, results, events = desk_of(gate)
    async with desk:
        for caption in "abc":
            await desk.final(caption, "Hello", "en", "es")
        await until(lambda: len(gate.asked) == 1)
        gate.open.set()
        await desk.settle(1)
        await desk.final("d", "Hello", "en", "es")
        await desk.settle(1)
    assert len(gate.asked) == 1
    assert sorted(caption for caption, _ in results) == list("abcd")
    assert desk.cache.hit_rate == 0.75
    assert [type(event) for event in events] == [StageTimed]
    assert gate.closed


async def test_finals_pass_drafts_and_newer_drafts_replace_waiting_ones() -> None:
    gate = Gate()
    gate.open.clear()
    desk, results, _ = desk_of(gate, DeskSettings(at_once=2, max_drafts=2))
    async with desk:
        await desk.draft("x", TranslationRequest("running", "en", "es"))
        await until(lambda: len(gate.asked) == 1)
        for text in ("one", "one two"):
            await desk.draft("a", TranslationRequest(text, "en", "es"))
        await desk.draft("b", TranslationRequest("b", "en", "es"))
        await desk.draft("c", TranslationRequest("c", "en", "es"))
        await desk.final("f", "final", "en", "es")
        await until(lambda: len(gate.asked) == 2)
        assert gate.asked[1].text == "final"
        gate.open.set()
        await until(lambda: len(results) == 4)
    assert [request.text for request in gate.asked] == ["running", "final", "b", "c"]
    assert desk.waiting.dropped_drafts == 1


async def test_a_draft_that_comes_after_its_final_is_thrown_away() -> None:
    gate = Gate()
    gate.open.clear()
    desk, results, _ = desk_of(gate)
    async with desk:
        await desk.draft("a", TranslationRequest("run", "en", "es"))
        await until(lambda: len(gate.asked) == 1)
        await desk.final("a", "running", "en", "es")
        await until(lambda: len(gate.asked) == 2)
        gate.open.set()
        await desk.settle(1)
        await until(lambda: not desk.waiting._busy)
    assert [(c, t.state) for c, t in results] == [("a", TranslationState.FINAL)]


async def test_failed_finals_are_marked_and_retried_in_order() -> None:
    gate, clock = Gate(), FakeClock()
    gate.error = EngineUnavailable("down")
    desk, results, _ = desk_of(gate, DeskSettings(at_once=2, backoff_s=0.02), clock)
    async with desk:
        for caption in "abc":
            await desk.final(caption, caption * 3, "en", "es")
        await desk.settle(1)
        assert [t.state for _, t in results] == [TranslationState.FAILED] * 3
        assert {t.text for _, t in results} == {""}
        gate.error = None
        clock.advance(1)
        await until(lambda: len(results) == 6)
    assert [c for c, t in results if t.state is TranslationState.FINAL] == list("abc")


async def test_retries_end() -> None:
    gate, clock = Gate(), FakeClock()
    gate.error = EngineError("bad")
    desk, results, _ = desk_of(gate, DeskSettings(attempts=3, backoff_s=0.0), clock)
    async with desk:
        await desk.final("a", "text", "en", "es")
        await until(lambda: desk.counts.abandoned == 1)
    assert len(gate.asked) == 3
    assert len(results) == 1


async def test_an_impossible_direction_fails_at_once() -> None:
    chain = TranslatorChain([Gate()], FakeClock())
    desk = TranslationDesk(chain, FakeClock(), notify=lambda _: None)
    results = Results()
    desk.deliver_to(results.take)
    async with desk:
        await desk.final("a", "text", "en", "ja")
        await desk.settle(1)
    assert [t.error for _, t in results] == ["No engine translates from en to ja."]
    assert desk.counts.abandoned == 1


async def test_settle_marks_what_is_late_and_bounds_refuse() -> None:
    gate = Gate()
    gate.open.clear()
    desk, results, _ = desk_of(gate, DeskSettings(at_once=1, max_finals=2))
    async with desk:
        for caption in "abcd":
            await desk.final(caption, caption, "en", "es")
            await asyncio.sleep(0.01)
        assert [(c, t.error) for c, t in results] == [("d", "Translation is too far behind.")]
        await desk.settle(0.02)
    assert [c for c, _ in results] == ["d", "a", "b", "c"]
    assert all(t.state is TranslationState.FAILED for _, t in results)


async def test_names_and_terms_travel_with_the_text_that_has_them() -> None:
    gate = Gate()
    desk = TranslationDesk(
        gate, FakeClock(), glossary=Glossary.from_csv("term\nDragoman\n"), notify=lambda _: None
    )
    desk.keep(("Anna",))
    async with desk:
        await desk.final("a", "Anna likes Dragoman", "en", "es")
        await desk.final("b", "We like it", "en", "es")
        await desk.settle(1)
    assert [request.terms for request in gate.asked] == [("Dragoman", "Anna"), ()]


def test_context_keeps_to_its_budget() -> None:
    context = Context(10)
    for text in ("first sentence here", "second one", "third one"):
        context.add(text, "en")
    assert context.before("en") == ("second one", "third one")
    assert context.before("fr") == ()


def test_only_what_two_drafts_agree_on_is_shown_and_never_lost() -> None:
    view = DraftView("es")
    shown = [view.take(t) for t in ("Hoy hablamos.", "Hoy hablamos de eso", "Ayer fue", "Hoy x")]
    assert shown == ["", "Hoy hablamos", "Hoy hablamos", "Hoy hablamos"]
    assert sum(erased(a, b, "es") for a, b in zip(shown, shown[1:], strict=False)) == 0
    dense = DraftView("ja")
    assert [dense.take(t) for t in ("今日は", "今日も晴れ")] == ["", "今日"]


def test_a_draft_is_worth_it_at_a_clause_or_after_some_words() -> None:
    words = [Word(f"w{i}", i, i + 0.9) for i in range(12)]
    assert ready(words, 5, 0, step=6) == 0
    assert ready(words, 6, 0, step=6) == 6
    assert ready(words, 9, 6, step=6) == 0
    assert (ready(words, 1, 0), ready(words, 2, 0)) == (0, 2)
    comma = [*words[:3], Word("so,", 3, 3.9), *words[4:]]
    assert ready(comma, 5, 0, step=6) == 4


async def test_the_chain_falls_through_and_says_who_did_it() -> None:
    first, second = Gate("first"), Gate("second")
    first.error = RuntimeError("bug")
    clock = FakeClock()
    chain = TranslatorChain([first, second], clock, ChainSettings(failures=2, rest_s=10))
    for text in "abc":
        result = await chain.translate(TranslationRequest(text, "en", "es"))
        assert (result.engine, result.hops) == ("second", ("en", "es"))
    assert len(first.asked) == 2
    first.error = None
    clock.advance(10)
    assert (await chain.translate(TranslationRequest("d", "en", "es"))).engine == "first"


async def test_the_chain_does_not_wait_for_ever_nor_take_an_echo() -> None:
    slow, table = (
        Gate("slow"),
        ScriptedTranslator({("en", "es"): {"we are all here": "we are all here"}}),
    )
    slow.open.clear()
    chain = TranslatorChain([slow, table], FakeClock(), ChainSettings(timeout_s=0.01))
    with pytest.raises(EngineError, match="untranslated"):
        await chain.translate(TranslationRequest("we are all here", "en", "es"))


async def test_the_chain_cleans_what_it_hands_on() -> None:
    table = {"hello": "ho\x07la \ud83dtodos", "bye": "\ud83d"}
    chain = TranslatorChain([ScriptedTranslator({("en", "es"): table})], FakeClock())
    assert (await chain.translate(TranslationRequest("hello", "en", "es"))).text == "hola todos"
    with pytest.raises(EngineError, match="empty"):
        await chain.translate(TranslationRequest("bye", "en", "es"))


def test_the_breaker_opens_rests_and_tries_one() -> None:
    clock = FakeClock()
    breaker = Breaker(clock, 2, 5.0)
    breaker.failed()
    assert breaker.state == "closed"
    breaker.failed()
    assert (breaker.state, breaker.allows()) == ("open", False)
    clock.advance(5)
    assert (breaker.allows(), breaker.allows()) == (True, False)
    breaker.failed()
    assert breaker.state == "open"
    clock.advance(5)
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.state == "closed"

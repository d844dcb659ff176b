"""An engine that fails for a while: nothing is lost, nothing overtakes, all of it is marked."""

import asyncio
from collections.abc import Callable
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.captions import Translation, TranslationState
from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.ports import TranslationRequest
from pipeline.desk import DeskSettings, TranslationDesk


class Shaky:
    """Repeats the text in capitals, unless a text or a direction is down."""

    def __init__(self) -> None:
        self.info = EngineInfo("shaky")
        self.down: set[str] = set()
        self.poison = ""
        self.asked: list[str] = []
        self.delays: list[int] = []

    async def health(self) -> Health:
        return Health(True, "")

    def pairs(self) -> None:
        return None

    async def translate(self, request: TranslationRequest) -> Translation:
        self.asked.append(request.text)
        for _ in range(self.delays.pop() if self.delays else 0):
            await asyncio.sleep(0)
        if request.target in self.down or request.text == self.poison:
            raise EngineUnavailable("It does not answer.")
        if request.text == "nonsense":
            raise EngineError("No sentence.")
        return Translation(request.target, request.text.upper(), TranslationState.FINAL)

    async def aclose(self) -> None:
        pass


class Results(list[tuple[str, Translation]]):
    async def take(self, caption_id: str, translation: Translation) -> None:
        self.append((caption_id, translation))

    def done(self, target: str) -> list[str]:
        return [c for c, t in self if t.language == target and t.state is TranslationState.FINAL]

    def marked(self, target: str) -> list[str]:
        return [c for c, t in self if t.language == target and t.state is TranslationState.FAILED]


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():
            await asyncio.sleep(0.002)


def rig(at_once: int = 4) -> tuple[TranslationDesk, Shaky, Results, FakeClock]:
    engine, results, clock = Shaky(), Results(), FakeClock()
    patience = DeskSettings(at_once=at_once, backoff_s=0.02, longest_wait_s=0.02)
    desk = TranslationDesk(engine, clock, patience, notify=lambda _: None)
    desk.deliver_to(results.take)
    return desk, engine, results, clock


async def test_what_was_said_in_an_outage_comes_in_order_before_what_is_said_after() -> None:
    desk, engine, results, clock = rig()
    engine.down = {"es"}
    async with desk:
        for number in range(30):
            await desk.final(f"{number:02}", f"text {number}", "en", "es")
        await until(lambda: len(results.marked("es")) == 30)
        tried = len(engine.asked)
        assert tried <= 4
        engine.down = set()
        for number in range(30, 35):
            await desk.final(f"{number:02}", f"text {number}", "en", "es")
        clock.advance(60)
        await until(lambda: len(results.done("es")) == 35)
    assert results.done("es") == [f"{n:02}" for n in range(35)]
    assert {t.text for _, t in results if t.state is TranslationState.FAILED} == {""}
    assert desk.counts.abandoned == 0


async def test_a_long_outage_is_looked_at_by_one_text_now_and_then_and_costs_none() -> None:
    desk, engine, results, clock = rig()
    engine.down = {"es"}
    async with desk:
        for number in range(6):
            await desk.final(str(number), f"text {number}", "en", "es")
        await until(lambda: len(results.marked("es")) == 6)
        for _ in range(40):
            before = len(engine.asked)
            clock.advance(60)
            await until(partial(_more, engine.asked, before))
        engine.down = set()
        clock.advance(60)
        await until(lambda: len(results.done("es")) == 6)
    assert len(engine.asked) <= 4 + 40 + 6
    assert desk.counts.abandoned == 0


def _more(asked: list[str], before: int) -> bool:
    return len(asked) > before


async def test_another_direction_goes_on_and_drafts_do_not_knock_in_vain() -> None:
    desk, engine, results, _ = rig()
    engine.down = {"es"}
    async with desk:
        for number in range(8):
            for target in ("es", "fr"):
                await desk.final(str(number), f"text {number}", "en", target)
        await until(lambda: len(results.done("fr")) == 8 and len(results.marked("es")) == 8)
        tried = len(engine.asked)
        await desk.draft("9", TranslationRequest("text 9", "en", "es"))
        await desk.draft("9", TranslationRequest("text 9", "en", "fr"))
        await until(lambda: any(t.state is TranslationState.DRAFT for _, t in results))
        assert len(engine.asked) <= tried + 2
        assert desk.figures().waiting == 8
    assert results.done("fr") == [str(n) for n in range(8)]


async def test_a_text_that_fails_alone_does_not_stop_the_others_for_good() -> None:
    desk, engine, results, clock = rig()
    engine.poison = "text 0"
    async with desk:
        for number in range(4):
            await desk.final(str(number), f"text {number}", "en", "es")

        def moved() -> bool:
            clock.advance(30)
            return desk.counts.abandoned == 1 and len(results.done("es")) == 3

        await until(moved)
    assert results.done("es") == ["1", "2", "3"]
    assert "0" in results.marked("es")


async def test_settle_waits_for_what_can_be_tried_again() -> None:
    desk, engine, results, clock = rig()
    engine.down = {"es"}
    async with desk:
        await desk.final("a", "one", "en", "es")
        await desk.final("b", "two", "en", "es")
        await until(lambda: len(results.marked("es")) == 2)
        engine.down = set()
        clock.advance(60)
        await until(lambda: bool(results.done("es")))
        await desk.settle(10)
    assert results.done("es") == ["a", "b"]


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.integers(0, 5), max_size=24),
    st.integers(1, 5),
    st.lists(st.integers(0, 23), max_size=4),
)
async def test_finals_of_a_language_arrive_in_the_order_in_which_they_were_said(
    delays: list[int], at_once: int, nonsense: list[int]
) -> None:
    desk, engine, results, _ = rig(at_once)
    engine.delays = delays
    good = []
    async with desk:
        for number in range(24):
            bad = number in nonsense
            good += [] if bad else [f"{number:02}"]
            for target in ("es", "fr"):
                text = "nonsense" if bad else f"text {number}"
                await desk.final(f"{number:02}", text, "en", target)
        await desk.settle(10)
        assert results.done("es") == results.done("fr") == good
        assert sorted(results.marked("es")) == [f"{n:02}" for n in sorted(set(nonsense))]

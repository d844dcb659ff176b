"""The chain: order, routes, time-outs, breakers, and what it lets through."""

import asyncio
from collections.abc import Callable

import pytest

from domain.captions import Translation, TranslationState
from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.ports import TranslationRequest
from pipeline.translation.chain import ChainSettings, TranslatorChain
from pipeline.translation.finals_first import FinalsFirst

Say = Callable[[TranslationRequest], str]


class Engine:
    """Answers as it is told and counts how often it is asked."""

    def __init__(
        self,
        name: str,
        say: Say,
        pairs: frozenset[tuple[str, str]] | None = None,
        quality: float | None = None,
    ) -> None:
        self.info = EngineInfo(name, needs=(f"needs of {name}",))
        self.asked = 0
        self._say = say
        self._pairs = pairs
        self._quality = quality

    async def health(self) -> Health:
        return Health(True, f"{self.info.name} is well.")

    def pairs(self) -> frozenset[tuple[str, str]] | None:
        return self._pairs

    async def translate(self, request: TranslationRequest) -> Translation:
        self.asked += 1
        said = self._say(request)
        if said == "hang":
            await asyncio.sleep(60)
        return Translation(
            request.target, said, TranslationState.FINAL, self.info.name, (), self._quality
        )

    async def aclose(self) -> None:
        """Holds nothing."""


GOOD = "La casa es grande."
ASK = TranslationRequest("The house is big.", "en", "es")


def down(request: TranslationRequest) -> str:
    raise EngineUnavailable("It is down.")


def broken(request: TranslationRequest) -> str:
    raise ZeroDivisionError


def chain(*engines: Engine, **more: object) -> TranslatorChain:
    return TranslatorChain(engines, FakeClock(), ChainSettings(**more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "say", [down, broken, lambda _: "hang", lambda _: "", lambda r: r.text, lambda _: "Casa " * 30]
)
async def test_the_next_engine_takes_over(say: Say) -> None:
    first, second = Engine("a", say), Engine("b", lambda _: GOOD)
    result = await chain(first, second, timeout_s=0.05).translate(ASK)
    assert (result.text, result.engine, result.hops) == (GOOD, "b", ("en", "es"))
    assert (first.asked, second.asked) == (1, 1)


async def test_the_source_never_stands_in_for_a_translation() -> None:
    with pytest.raises(EngineError):
        await chain(Engine("a", lambda r: r.text), Engine("b", lambda r: r.text)).translate(ASK)


async def test_a_failing_engine_rests_and_is_tried_again() -> None:
    clock = FakeClock()
    first, second = Engine("a", down), Engine("b", lambda _: GOOD)
    made = TranslatorChain([first, second], clock, ChainSettings(failures=2, rest_s=20))
    for _ in range(4):
        await made.translate(ASK)
    assert first.asked == 2
    assert made.states() == {"a": "open", "b": "closed"}
    clock.advance(21)
    await made.translate(ASK)
    assert first.asked == 3
    assert made.states()["a"] == "open"


async def test_a_refused_answer_says_nothing_about_health() -> None:
    first = Engine("a", lambda r: r.text)
    made = chain(first, Engine("b", lambda _: GOOD), failures=1)
    for _ in range(3):
        await made.translate(ASK)
    assert first.asked == 3


async def test_directions_have_their_own_order() -> None:
    first, second = Engine("a", lambda _: GOOD), Engine("b", lambda _: GOOD)
    made = chain(first, second, routes={"en-es": ("b", "a"), "*-fr": ("b",), "de-*": ("x",)})
    assert (await made.translate(ASK)).engine == "b"
    french = TranslationRequest("Hello", "en", "fr")
    assert (await made.translate(french)).engine == "b"
    assert (await made.translate(TranslationRequest("Hello", "en", "it"))).engine == "a"
    with pytest.raises(EngineError, match="No engine"):
        await made.translate(TranslationRequest("Hallo", "de", "es"))


async def test_only_engines_that_know_the_direction_are_asked() -> None:
    first = Engine("a", lambda _: GOOD, frozenset({("de", "es")}))
    made = chain(first, Engine("b", lambda _: GOOD, frozenset({("en", "es")})))
    assert (await made.translate(ASK)).engine == "b"
    assert first.asked == 0
    assert made.pairs() == {("de", "es"), ("en", "es")}


async def test_a_lost_term_goes_to_the_next_engine() -> None:
    request = TranslationRequest("Mark is here.", "en", "es", terms=("Mark",))
    bad, good = Engine("a", lambda _: "Marca está aquí."), Engine("b", lambda _: "Mark está aquí.")
    assert (await chain(bad, good).translate(request)).engine == "b"
    with pytest.raises(EngineError, match="lost"):
        await chain(bad).translate(request)


async def test_a_missing_wording_is_tried_elsewhere_and_else_doubtful() -> None:
    request = TranslationRequest("The board met.", "en", "es", wording=(("board", "consejo"),))
    without = Engine("a", lambda _: "La junta se reunió.")
    held = Engine("b", lambda _: "El consejo se reunió.")
    result = await chain(without, held).translate(request)
    assert (result.engine, result.doubtful) == ("b", False)
    result = await chain(without, Engine("b", down)).translate(request)
    assert (result.text, result.doubtful) == ("La junta se reunió.", True)


@pytest.mark.parametrize(
    ("name", "quality", "doubtful"),
    [("apertium", 0.7, True), ("apertium", 0.9, False), ("openai", None, False),
     ("ctranslate2", 0.2, True), ("somebody", 0.1, False)],
)  # fmt: skip
async def test_low_quality_is_marked(name: str, quality: float | None, doubtful: bool) -> None:
    result = await chain(Engine(name, lambda _: GOOD, None, quality)).translate(ASK)
    assert (result.quality, result.doubtful) == (quality, doubtful)


async def test_a_lost_number_is_marked() -> None:
    request = TranslationRequest("We need 1,250 chairs.", "en", "es")
    kept = await chain(Engine("a", lambda _: "Necesitamos 1.250 sillas.")).translate(request)
    assert not kept.doubtful
    wrong = await chain(Engine("a", lambda _: "Necesitamos 1.520 sillas.")).translate(request)
    assert wrong.doubtful


async def test_health_and_needs_are_those_of_all() -> None:
    made = chain(Engine("a", down), Engine("b", down))
    assert (await made.health()).found == "a is well. b is well."
    assert made.info.needs == ("needs of a", "needs of b")


async def held(places: FinalsFirst, name: str, order: list[str], *, draft: bool) -> None:
    async with places.place(draft=draft):
        order.append(name)
        await asyncio.sleep(0)


async def test_places_go_to_finals_first_and_one_stays_free_for_them() -> None:
    places, order = FinalsFirst(2), []
    async with asyncio.TaskGroup() as group:
        for name in ("draft 1", "draft 2", "final 1", "final 2"):
            group.create_task(held(places, name, order, draft=name.startswith("draft")))
    assert order == ["draft 1", "final 1", "final 2", "draft 2"]


async def test_who_stops_waiting_takes_no_place() -> None:
    places, order = FinalsFirst(1, most_waiting=2), []
    async with places.place(draft=False):
        waiting = [
            asyncio.create_task(held(places, name, order, draft=False)) for name in ("a", "b")
        ]
        await asyncio.sleep(0)
        with pytest.raises(EngineUnavailable, match="Too many"):
            await held(places, "c", order, draft=False)
        waiting[0].cancel()
        await asyncio.wait(waiting[:1])
    await waiting[1]
    await held(places, "d", order, draft=True)
    assert order == ["b", "d"]

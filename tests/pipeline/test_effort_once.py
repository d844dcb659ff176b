"""Where words go over between captions and sound, none is given out twice and none is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.clock import FakeClock
from domain.hints import LoudnessHint
from domain.speech import SpokenUpdate, Word
from pipeline.attribution import Attribution
from pipeline.caption_lag import CaptionLag
from pipeline.caption_lines import CaptionLines
from pipeline.choices import Knowledge
from pipeline.language import SpokenLanguages
from pipeline.once import OnceOnly
from pipeline.outlet import Outlet
from pipeline.people import People


def update(
    key: str, engine: str, texts: str, start_s: float, stable: int = 0, *, final: bool = False
) -> SpokenUpdate:
    words = tuple(
        Word(text, start_s + index * 0.4, start_s + index * 0.4 + 0.4)
        for index, text in enumerate(texts.split())
    )
    return SpokenUpdate(
        utterance_id=key,
        participant_id="p1",
        speaker="Ana",
        language="en",
        words=words,
        stable=len(words) if final else stable,
        final=final,
        start_s=start_s,
        end_s=start_s + 0.4 * len(words),
        engine=engine,
    )


def captions(texts: str, start_s: float, stable: int = 0, *, final: bool = False) -> SpokenUpdate:
    return update("c", "meet-captions", texts, start_s, stable, final=final)


def sound(texts: str, start_s: float, stable: int = 0, *, final: bool = False) -> SpokenUpdate:
    return update("s", "scripted", texts, start_s, stable, final=final)


class Way:
    """The way out, with what came out of it."""

    def __init__(self, *, known: bool = True) -> None:
        self.given: list[SpokenUpdate] = []
        lines, lag = CaptionLines(), CaptionLag()
        attribution = Attribution(People(), lines, lag)
        if known:
            attribution.loudness(LoudnessHint("a", "p1", 0.5, 9.0))
        know = Knowledge(SpokenLanguages(("en",)), lines, lag, attribution)
        self.out = Outlet(FakeClock(), know, self._emit)

    async def _emit(self, update: SpokenUpdate) -> None:
        self.given.append(update)

    def text(self) -> str:
        last = {u.utterance_id: u for u in self.given}
        ordered = sorted(last.values(), key=lambda u: u.start_s)
        return " ".join(word.text for u in ordered for word in u.words)


@pytest.mark.parametrize("known", [True, False])
async def test_sound_does_not_repeat_what_captions_began(known: bool) -> None:
    way = Way(known=known)
    await way.out.lines([captions("We start on?", 9.6, final=True)])
    spoken = ["We", "start", "Monday", "with", "the", "plan"]
    for count in (4, 6):
        text = " ".join(spoken[:count])
        await way.out.heard(sound(text, 10.0, count - 1), "a")
    await way.out.heard(sound("We start Monday with the plan", 10.0, final=True), "a")
    assert way.text().startswith("We start on?")
    assert way.text().endswith("with the plan")
    assert way.text().count("We start") == 1
    await way.out.later(last=True)
    assert way.text().count("We start") == 1, "nor with what is added afterwards"


async def test_captions_do_not_repeat_what_sound_began() -> None:
    way = Way()
    await way.out.heard(sound("the budget is fine", 10.0, final=True), "a")
    await way.out.lines([captions("budget is fine and we go on", 11.2, 2)])
    await way.out.lines([captions("budget is fine and we go on", 11.2, final=True)])
    assert way.text() == "the budget is fine and we go on"


async def test_the_same_words_said_again_later_are_given_out() -> None:
    way = Way()
    await way.out.lines([captions("yes we think so", 10.0, final=True)])
    await way.out.heard(sound("we start then", 12.0, final=True), "a")
    await way.out.heard(update("s2", "scripted", "yes we think so", 20.0, final=True), "a")
    assert way.text() == "yes we think so we start then yes we think so"


STEPS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=25
)


@settings(deadline=None)
@given(STEPS, st.floats(-1.2, 1.2))
def test_stable_words_stay_and_no_word_comes_twice(
    steps: list[tuple[bool, int, int, bool]], late_s: float
) -> None:
    said = [f"word{number}" for number in range(120)]
    once, place, number = OnceOnly(), {True: 0, False: 0}, 0
    running: dict[bool, tuple[str, int, int, int]] = {}
    given: dict[str, SpokenUpdate] = {}
    for by_captions, more, vouched, final in steps:
        number += 1
        key, first, count, stable = running.get(
            by_captions, (f"u{number}", place[by_captions], 0, 0)
        )
        count += more
        stable = min(count, stable + vouched)
        start_s = 10.0 + first * 0.4 + (late_s if by_captions else 0.0)
        engine = "meet-captions" if by_captions else "scripted"
        text = " ".join(said[first : first + count])
        sent = once.take(update(key, engine, text, start_s, stable, final=final))
        running[by_captions] = (key, first, count, stable)
        if final:
            place[by_captions] = first + count
            del running[by_captions]
        before = given.get(key)
        if sent is None:
            assert before is None
            continue
        if before:
            assert sent.words[: before.stable] == before.words[: before.stable]
            assert sent.stable >= before.stable
        given[key] = sent
    vouched_for = [w.text for u in given.values() for w in u.words[: u.stable]]
    assert len(vouched_for) == len(set(vouched_for))
    everything = {w.text for u in given.values() for w in u.words}
    assert set(said[: max(place.values())]) <= everything | {
        w for key, first, count, _ in running.values() for w in said[first : first + count]
    }

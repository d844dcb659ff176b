"""Where utterances begin and end, and what times their sound has."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.audio import FRAME_S, Frame
from domain.clock import FakeClock
from domain.hints import Hint
from domain.speech import SpokenUpdate, Word
from pipeline.asr.scripted import ScriptedRecognizer
from pipeline.gates import Evidence, Gate, repeats
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener
from pipeline.sound import Sound
from pipeline.utterances import Closed, Continued, Opened, Step, Utterances
from pipeline.windows import WINDOW_BYTES, WINDOW_S, Window, Windows

SETTINGS = HearingSettings()


def steps(chances: list[float], gap_at: int = -1) -> list[Step]:
    finder = Utterances(SETTINGS)
    found: list[Step] = []
    for index, chance in enumerate(chances):
        window = Window(bytes(WINDOW_BYTES), index * WINDOW_S, after_gap=index == gap_at)
        found += finder.step(window, chance)
    return found


def test_speech_opens_with_pre_roll_and_closes_after_silence() -> None:
    found = steps([0.0] * 30 + [0.9] * 20 + [0.1] * 30)
    opened = found[0]
    closed = found[-1]
    assert isinstance(opened, Opened)
    assert opened.speech_s == pytest.approx(30 * WINDOW_S)
    assert opened.windows[0].start_s <= opened.speech_s - 0.2
    assert isinstance(closed, Closed)
    assert closed.end_s == pytest.approx(50 * WINDOW_S)
    assert closed.reason == "silence"


def test_a_click_opens_nothing() -> None:
    assert steps([0.0] * 10 + [0.9] * 2 + [0.0] * 10) == []


def test_short_silence_stays_inside() -> None:
    found = steps([0.9] * 10 + [0.1] * 10 + [0.9] * 10)
    assert len([s for s in found if isinstance(s, Opened)]) == 1
    assert not [s for s in found if isinstance(s, Closed)]
    assert len([s for s in found if isinstance(s, Continued) and not s.speech]) == 10


def test_lost_sound_closes_and_the_pre_roll_starts_anew() -> None:
    found = steps([0.9] * 20, gap_at=10)
    closed = next(s for s in found if isinstance(s, Closed))
    assert closed.reason == "gap"
    again = [s for s in found if isinstance(s, Opened)][1]
    assert again.windows[0].start_s >= 10 * WINDOW_S


def test_short_holes_are_filled_and_long_ones_told() -> None:
    windows = Windows()
    found = windows.push(Frame("a", 0.0, b"\1\0" * 320))
    found += windows.push(Frame("a", 0.5, b"\1\0" * 320))
    found += windows.push(Frame("a", 9.0, b"\1\0" * 640))
    assert not found[0].after_gap
    assert sum(len(w.pcm) for w in found) >= 0.5 * 32000
    assert [w.after_gap for w in found].count(True) == 1
    assert found[-1].start_s == pytest.approx(9.0)
    assert windows.push(Frame("a", 1.0, bytes(640))) == []


def test_times_follow_the_page_and_not_the_sample_count() -> None:
    windows = Windows()
    found = []
    for index in range(500):
        found += windows.push(Frame("a", index * FRAME_S * 1.005, bytes(640)))
    assert found[-1].start_s == pytest.approx(500 * FRAME_S * 1.005, abs=0.06)


def test_sound_knows_the_time_of_every_part() -> None:
    sound = Sound()
    sound.append(b"\2\0" * 16000, 10.0)
    sound.append(b"\0\0" * 16000, 11.5)
    assert sound.time_at(0.5) == pytest.approx(10.5)
    assert sound.time_at(1.5) == pytest.approx(12.0)
    assert sound.end_s == pytest.approx(12.5)
    assert sound.quietest(10.0, 12.5) > 11.5
    rest = sound.since(12.0)
    assert rest.start_s == pytest.approx(12.0)
    assert len(rest) == 16000


def test_gates() -> None:
    gate = Gate()
    assert gate.sounds(Evidence(1.0, 1.2, 0.1))
    assert not gate.sounds(Evidence(1.0, 1.2, 0.0001))
    assert not gate.sounds(Evidence(0.1, 1.2, 0.1))
    assert repeats(["thank", "you"] * 6, 4)
    assert not repeats(["no", "no", "no", "that", "is", "fine"], 4)


CHANCES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.4, 0.9]), st.integers(1, 40)), min_size=1, max_size=12
).map(lambda runs: [chance for chance, length in runs for _ in range(length)])


@given(CHANCES, st.sampled_from([0.2, 0.3, 0.5]), st.sampled_from([0.2, 0.3, 0.5]))
def test_no_speech_is_in_two_utterances_and_all_of_it_in_one(
    chances: list[float], end_silence_s: float, pre_roll_s: float
) -> None:
    finder = Utterances(HearingSettings(end_silence_s=end_silence_s, pre_roll_s=pre_roll_s))
    heard: list[list[float]] = []
    spoken: list[float] = []
    for index, chance in enumerate(chances):
        window = Window(bytes(WINDOW_BYTES), index * WINDOW_S)
        for step in finder.step(window, chance):
            match step:
                case Opened():
                    heard.append([w.start_s for w in step.windows])
                    spoken += [w.start_s for w in step.windows if w.start_s >= step.speech_s]
                    first_s = heard[-1][0]
                    everything_s = min(step.speech_s, index * WINDOW_S)
                    before = [at_s for each in heard[:-1] for at_s in each]
                    reach_s = step.speech_s - max([-WINDOW_S, *before]) - WINDOW_S
                    assert step.speech_s - first_s >= min(0.192, reach_s, everything_s) - 1e-9
                case Continued():
                    heard[-1].append(step.window.start_s)
                    spoken += [step.window.start_s] if step.speech else []
    places = [at_s for each in heard for at_s in each]
    for at_s in spoken:
        assert places.count(at_s) == 1


BORDER_WORDS = st.lists(
    st.tuples(st.sampled_from(["so", "会議", "を", "始", "w", "…"]), st.floats(0.08, 0.6)),
    min_size=30,
    max_size=60,
)


@settings(max_examples=15, deadline=None)
@given(BORDER_WORDS)
def test_a_cut_doubles_and_loses_no_word(spoken: list[tuple[str, float]]) -> None:
    said, at_s = [], 0.3
    for index, (text, length_s) in enumerate(spoken):
        said.append(Word(f"{text}{index}", at_s, at_s + length_s))
        at_s += length_s
    random = np.random.default_rng(len(spoken))
    sound = (random.normal(0, 0.1, int((at_s + 0.3) * 16000)) * 32767).clip(-32767, 32767)
    heard = asyncio.run(stepped(said, sound.astype("<i2").tobytes()))
    assert [word.text for update in heard for word in update.words] == [w.text for w in said]
    assert all(update.end_s - update.start_s <= 4.0 + 0.5 for update in heard)


async def stepped(said: list[Word], pcm: bytes) -> list[SpokenUpdate]:
    """The final updates of scripted words, heard by a clock that follows the sound."""
    updates: list[SpokenUpdate] = []

    async def emit(update: SpokenUpdate) -> None:
        updates.append(update)

    clock = FakeClock()
    listener = Listener(
        HearingSettings(engine="scripted", vad="scripted", stepped=True, max_utterance_s=4.0),
        clock,
        recognizer=ScriptedRecognizer({"a": said}, language="ja"),
        emit=emit,
        notify=lambda _event: None,
    )

    async def frames() -> AsyncIterator[Frame]:
        for at in range(0, len(pcm) - 640, 640):
            clock.advance(FRAME_S)
            yield Frame("a", at / 32000, pcm[at : at + 640])
            if at % 3200 == 0:
                await listener.step()

    async def hints() -> AsyncIterator[Hint]:
        return
        yield

    await listener.run(frames(), hints())
    return sorted((u for u in updates if u.final), key=lambda u: u.start_s)

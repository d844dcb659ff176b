"""Where utterances begin and end, and what times their sound has."""

import pytest

from domain.audio import FRAME_S, Frame
from pipeline.gates import Evidence, Gate, repeats
from pipeline.hearing import HearingSettings
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

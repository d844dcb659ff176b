"""What passes, what is kept for a switch, what is told as lost, and what is wrong with a track."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bot.alarms import CLIPPING, DEAD, DEAD_S, UNHEARD_S, TrackAlarms
from bot.gate import Gate
from bot.outbox import Outbox
from bot.paths import MIXED, RECEIVERS, SINK
from bot.protocol import AudioBlock, ProtocolError
from bot.sink import latency_of
from bot.sound import Sound
from domain.audio import FRAME_S, MIX, Frame, Gap, Level
from domain.events import Notice, SoundPath


def frames(track: str, start_s: float, seconds: float) -> list[Frame]:
    count = round(seconds / FRAME_S)
    return [Frame(track, start_s + n * FRAME_S, bytes(640)) for n in range(count)]


class Box:
    def __init__(self) -> None:
        self.passed: list[Frame] = []
        self.lost: list[Gap] = []
        self.gate = Gate(self.passed.append, self.lost.append)

    def take(self, path: str, items: list[Frame]) -> None:
        for item in items:
            self.gate.take(path, item)


def test_receivers_pass_before_anything_is_chosen() -> None:
    box = Box()
    box.take(RECEIVERS, frames("receiver-0", 0, 1))
    box.take(SINK, frames(MIX, 0, 1))
    assert {frame.track for frame in box.passed} == {"receiver-0"}


def test_a_switch_brings_what_was_heard_since() -> None:
    box = Box()
    box.take(RECEIVERS, frames("receiver-0", 0, 4))
    box.take(SINK, frames(MIX, 0, 10))
    box.gate.switch(SINK, 4.0)
    box.take(SINK, frames(MIX, 10, 1))
    mixed = [frame.start_s for frame in box.passed if frame.track == MIX]
    assert mixed[0] == pytest.approx(4.0)
    assert np.diff(mixed) == pytest.approx(FRAME_S)
    assert box.lost == []


def test_start_times_of_a_track_rise_over_two_paths_that_share_it() -> None:
    box = Box()
    box.gate.switch(MIXED, 0)
    box.take(MIXED, frames(MIX, 0, 5))
    box.take(SINK, frames(MIX, 0, 6))
    box.gate.switch(SINK, 2)
    starts = [frame.start_s for frame in box.passed]
    assert np.all(np.diff(starts) > 0.01)
    assert starts[-1] == pytest.approx(5.98)


def test_a_hole_over_all_tracks_is_told_once_with_its_cause() -> None:
    box = Box()
    for track in ("receiver-0", "receiver-1"):
        box.take(RECEIVERS, frames(track, 0, 1))
    box.gate.cause = "page_reloaded"
    for track in ("receiver-0", "receiver-1"):
        box.take(RECEIVERS, frames(track, 4, 1))
    assert [(gap.start_s, gap.end_s, gap.reason) for gap in box.lost] == [
        (pytest.approx(1.0), pytest.approx(4.0), "page_reloaded")
    ]


def test_a_hole_that_somebody_else_tells_is_not_told_again() -> None:
    box = Box()
    box.take(RECEIVERS, frames("receiver-0", 0, 1))
    box.gate.forget()
    box.take(RECEIVERS, frames("receiver-0", 9, 1))
    assert box.lost == []


def test_a_hole_in_which_people_speak_is_told_once_whoever_tells_it_first() -> None:
    box = Box()
    box.take(RECEIVERS, frames("receiver-0", 0, 10))
    box.gate.silent(6, 14, "no_sound")
    assert box.lost == []
    box.take(RECEIVERS, frames("receiver-0", 20, 1))
    box.gate.silent(6, 20.4, "no_sound")
    assert [(gap.start_s, gap.end_s, gap.reason) for gap in box.lost] == [
        (pytest.approx(6.0), pytest.approx(20.0), "no_sound")
    ]


def level(track: str, at_s: float, rms: float = 0.1, peak: float = 0.3) -> Level:
    return Level(track, at_s, rms, peak)


def test_clipping_begins_and_ends() -> None:
    alarms = TrackAlarms()
    alarms.level(level("receiver-0", 1.0, peak=1.0))
    assert list(alarms.news(1.0)) == []
    for n in range(3):
        alarms.level(level("receiver-0", 1.1 + n / 10, peak=1.0))
    assert list(alarms.news(1.5)) == [(CLIPPING, "receiver-0", True)]
    for n in range(70):
        alarms.level(level("receiver-0", 1.5 + n / 10))
    assert list(alarms.news(8.5)) == [(CLIPPING, "receiver-0", False)]


def test_a_source_that_stops_is_dead_unless_the_page_stands_still_too() -> None:
    alarms = TrackAlarms()
    alarms.level(level("receiver-0", 1.0))
    assert list(alarms.news(1.2)) == []
    assert list(alarms.news(2 + DEAD_S)) == [(DEAD, "receiver-0", True)]
    alarms.over("receiver-0")
    assert list(alarms.news(3 + DEAD_S)) == [(DEAD, "receiver-0", False)]


def test_a_source_that_meet_calls_loud_and_that_is_silent_is_dead() -> None:
    alarms = TrackAlarms()
    for tenth in range(round(10 * (UNHEARD_S + 3))):
        at_s = tenth / 10
        alarms.level(level("receiver-0", at_s, rms=0.0, peak=0.0))
        alarms.told("receiver-0", 0.2, at_s)
    assert list(alarms.news(at_s)) == [(DEAD, "receiver-0", True)]
    alarms.level(level("receiver-0", at_s + 0.1))
    assert list(alarms.news(at_s + 0.2)) == [(DEAD, "receiver-0", False)]


class Telling(Outbox[Any]):
    """Tells at once."""

    def __init__(self, told: list[Any]) -> None:
        super().__init__("events", 1)
        self._told = told

    def put(self, item: Any) -> None:
        self._told.append(item)


Sounding = tuple[Sound, list[Any]]


@pytest.fixture
def sounding() -> Sounding:
    told: list[Any] = []
    return Sound(Telling(told)), told


def block(sequence: int, track: int = 0, rate: int = 48_000, loud: bool = True) -> AudioBlock:
    samples = 8000 * np.sin(np.arange(rate // 50) * 0.2) if loud else np.zeros(rate // 50)
    return AudioBlock(sequence + 1, track, sequence, 0.0, rate, samples.astype("<i2").tobytes())


def test_a_block_at_another_rate_than_declared_is_an_error(sounding: Sounding) -> None:
    sound, _ = sounding
    sound.declare({"index": 0, "rate": 48_000, "kind": "receiver"})
    with pytest.raises(ProtocolError, match="44100 Hz of a track at 48000 Hz"):
        sound.feed(block(0, rate=44_100), 1.0, 1.0)
    assert sound.feed(block(0, track=9), 1.0, 1.0) is None
    assert sound.ignored == 1


def test_a_switch_is_told_with_time_and_reason(sounding: Sounding) -> None:
    sound, told = sounding
    sound.declare({"index": 0, "rate": 48_000, "kind": "receiver"})
    for n in range(1000):
        now_s = (n + 1) * 0.02
        sound.feed(block(n, loud=n < 200), now_s, now_s)
        sound.feed_sink(block(n), now_s)
        if n % 15 == 0:
            sound.watch.paths.spoken(now_s)
            sound.tick(now_s, now_s)
    paths = [event for event in told if isinstance(event, SoundPath)]
    assert [event.path for event in paths if not event.alarms] == ["none", "receivers", "sink"]
    assert [bool(event.alarms) for event in paths] == [False, False, True, False]
    notices = [event.text for event in told if isinstance(event, Notice)]
    assert notices == [
        "Sound comes from the receivers: it sounds.",
        "Meet shows speech, but no sound arrives.",
        "Sound comes from the sink instead of the receivers: people speak, but no sound arrives.",
    ]
    heard: list[Frame] = list(sound.frames._items)
    sink = [frame for frame in heard if frame.track == MIX]
    assert sink[0].start_s < 4.2
    assert np.diff([frame.start_s for frame in sink]) == pytest.approx(FRAME_S, abs=0.0011)


LISTED = """
Sink Input #0
\tDriver: protocol-native.c
\tBuffer Latency: 23407 usec
\tSink Latency: 3304 usec
Sink Input #1
\tBuffer Latency: 43413 usec
\tSink Latency: 3273 usec
"""


@pytest.mark.parametrize(
    ("told", "found"), [(LISTED, 0.026711), ("", None), ("Sink Input #3\n", None)]
)
def test_the_way_through_the_sound_server(told: str, found: float | None) -> None:
    assert latency_of(told) == (None if found is None else pytest.approx(found))


def test_a_stall_of_the_page_switches_nothing_and_loses_nothing(sounding: Sounding) -> None:
    """Somebody speaks when the page falls silent for 12 s; the sink goes on meanwhile."""
    sound, told = sounding
    sound.declare({"index": 0, "rate": 48_000, "kind": "receiver"})
    held: list[tuple[AudioBlock, float]] = []
    page_s = 0.0
    for n in range(1500):
        now_s = (n + 1) * 0.02
        sound.feed_sink(block(n), now_s)
        if 5 <= now_s < 17:
            held.append((block(n), now_s))
        else:
            for late, arrived_s in [*held, (block(n), now_s)]:
                sound.feed(late, arrived_s, now_s)
            held.clear()
            page_s = now_s
        if n % 12 == 0:
            sound.watch.paths.spoken(page_s)
            sound.tick(now_s, page_s)
    assert {event.path for event in told if isinstance(event, SoundPath)} == {"none", "receivers"}
    assert not [event for event in told if isinstance(event, Gap)]
    assert [event.kind for event in told if isinstance(event, Notice)] == ["audio_path"]
    starts = [frame.start_s for frame in sound.frames._items]
    assert np.diff(starts) == pytest.approx(FRAME_S, abs=0.0011)
    assert starts[-1] > 29.9


Feed = Callable[[float, bool | None], None]


@pytest.fixture
def speaking(sounding: Sounding) -> Feed:
    """20 ms of a meeting in which somebody always speaks: heard, silent, or no block at all."""
    sound, _ = sounding
    sound.declare({"index": 0, "rate": 48_000, "kind": "receiver"})
    fed = itertools.count()

    def feed(now_s: float, loud: bool | None) -> None:
        if loud is not None:
            sound.feed(block(next(fed), loud=loud), now_s, now_s)
        sound.watch.paths.spoken(now_s)
        sound.tick(now_s, now_s)

    return feed


def lost(sounding: Sounding) -> list[tuple[float, float, str]]:
    gaps = [event for event in sounding[1] if isinstance(event, Gap)]
    return [(round(gap.start_s, 1), round(gap.end_s, 1), gap.reason) for gap in gaps]


@pytest.mark.parametrize("missing", [False, None])
def test_one_stretch_without_sound_is_one_gap_with_one_reason(
    sounding: Sounding, speaking: Feed, missing: bool | None
) -> None:
    """Silent blocks, or none at all, while somebody speaks."""
    for n in range(1000):
        now_s = (n + 1) * 0.02
        speaking(now_s, missing if 4 <= now_s < 16 else True)
    [(start_s, end_s, reason)] = lost(sounding)
    assert start_s == pytest.approx(4, abs=0.1) if missing is None else 4 < start_s < 9
    assert (end_s, reason) == (pytest.approx(16, abs=0.3), "no_sound")


def test_an_alarm_ends_with_the_page_and_nothing_is_told_of_its_absence(
    sounding: Sounding, speaking: Feed
) -> None:
    for n in range(600):
        now_s = (n + 1) * 0.02
        speaking(now_s, now_s < 4)
    sounding[0].away()
    for n in range(1500, 1600):
        speaking((n + 1) * 0.02, True)
    [(start_s, end_s, reason)] = lost(sounding)
    assert 4 < start_s < 9
    assert (end_s, reason) == (pytest.approx(12, abs=0.1), "no_sound")

"""Figures are computed from what was observed, and only from that."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dragoman.measure.figures import percentile, rate, spread
from dragoman.measure.sound import SentLine, drift_ppm, place, read_captures
from dragoman.measure.tracefile import Revision, Shown, TraceFile, read_trace
from dragoman.measure.words import Screen, Spoken, match, speaker_accuracy, word_error_rate


def revision(
    key: str, number: int, words: str, *, at_s: float, final: bool = False, speaker: str = "Ann"
) -> Revision:
    texts = tuple(words.split())
    return Revision(at_s, key, number, speaker, "en", texts, 1.0, 3.0, final, {})


def spoken(words: str, speaker: str = "Ann", start_s: float = 101.0) -> list[Spoken]:
    return [Spoken(speaker, w, start_s + i) for i, w in enumerate(words.split())]


def test_percentiles_and_rates() -> None:
    assert percentile([], 0.5) is None
    assert spread([1, 2, 3, 4]) == {"p50": 3, "p95": 4, "count": 4}
    assert rate([0, 1, 2]) == 1
    assert rate([1]) is None


def test_errors_under_a_wrong_name_count_as_errors() -> None:
    said = spoken("hello dear friends")
    assert word_error_rate(said, [revision("a", 1, "Hello, dear friends.", at_s=0)]) == 0
    wrong = [revision("a", 1, "Hello dear friends", at_s=0, speaker="Ben")]
    assert word_error_rate(said, wrong) == 2.0


def test_speaker_accuracy_judges_only_words_that_were_said_then() -> None:
    said = spoken("one two") + spoken("three", "Ben")
    finals = [revision("a", 1, "one two three nonsense", at_s=0)]
    assert speaker_accuracy(said, finals, 100.0) == pytest.approx(2 / 3)
    assert speaker_accuracy(said, [revision("a", 1, "nothing", at_s=0)], 100.0) is None


def test_a_word_counts_as_seen_with_the_first_frame_that_shows_it() -> None:
    trace = TraceFile(began_s=100)
    trace.revisions = [
        revision("a", 1, "Hello", at_s=101.2),
        revision("a", 2, "Hello dear", at_s=102.2),
        revision("a", 3, "Hello dear friends.", at_s=103.3, final=True),
    ]
    trace.shown = [
        Shown(101.3, 7, frozenset({("a", 1)})),
        Shown(102.3, 8, frozenset({("a", 2)})),
        Shown(103.4, 9, frozenset({("a", 3)})),
    ]
    frames = [(101.2, 6), (101.4, 7), (101.5, None), (102.6, 9), (104.0, 9)]
    screen = Screen(trace, frames)
    found = match(spoken("hello dear friends"), trace.finals, 100.0)
    assert [screen.word(item) for item in found] == [101.4, 102.6, 102.6]
    assert [round(seen - changed, 3) for changed, seen in screen.changes()] == [0.2, 0.4, -0.7]


def test_a_trace_is_read_back_without_its_torn_last_line(tmp_path: Path) -> None:
    caption = {
        "id": "a",
        "revision": 1,
        "speaker": "Ann",
        "language": "en",
        "start_s": 0,
        "end_s": 1,
        "final": True,
        "words": [{"text": "Hi"}],
        "translations": [{"language": "es", "state": "final", "text": "Hola"}],
    }
    lines = [
        {"event": "Clock", "began_monotonic_s": 5.0},
        {"event": "CaptionRevised", "caption": caption, "monotonic_s": 6.0},
        {"event": "Gap", "samples": 12},
        {"event": "Level", "track": "t"},
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + '\n{"event": "Ca')
    trace = read_trace(path)
    assert (trace.began_s, trace.lost_samples) == (5.0, 12)
    assert trace.finals[0].translations == {"es": ("final", "Hola")}


def test_a_slow_clock_shows_as_drift(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    lines = [
        SentLine(random.normal(0, 0.1, 16_000).astype(np.float32), 10.0 + 5 * n) for n in range(8)
    ]
    slow = 1 + 400e-6
    timeline = np.zeros(16_000 * 60, np.float32)
    for line in lines:
        start = int((line.start_s * slow - 10 + 0.08) * 16_000)
        timeline[start : start + 16_000] = line.pcm
    pcm = (timeline * 32767).astype("<i2")
    (tmp_path / "track-0.pcm").write_bytes(pcm.tobytes())
    starts = [f"{n * 0.02:.6f} {n * 0.02 + 10.1:.6f} 320" for n in range(len(pcm) // 320)]
    (tmp_path / "track-0.idx").write_text("\n".join(starts))
    placed = place(lines, read_captures(tmp_path, 10.0))
    assert len(placed) == 8
    assert drift_ppm(placed) == pytest.approx(400, abs=20)
    assert min(p.likeness for p in placed) > 0.99
    assert place([SentLine(lines[0].pcm[::-1].copy(), 20.0)], read_captures(tmp_path, 10.0)) == []


def test_the_same_words_said_again_are_not_mixed_up() -> None:
    said = spoken("hello dear friends") + spoken("hello dear friends", start_s=161.0)
    first = revision("a", 1, "Hello dear friends", at_s=0)
    again = replace(revision("b", 1, "Hello dear friends", at_s=0), start_s=61.0, end_s=63.0)
    found = match(said, [first, again], 100.0)
    assert [(m.spoken.end_s, m.caption.id) for m in found] == [
        (101, "a"), (102, "a"), (103, "a"), (161, "b"), (162, "b"), (163, "b"),
    ]  # fmt: skip

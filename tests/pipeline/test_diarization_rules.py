"""Turns that change, windows that roll, and who is who."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.speakers import Turn, Voiceprint
from pipeline.diarization.cluster import group
from pipeline.diarization.names import recognised
from pipeline.diarization.rolling import Rolling, Window
from pipeline.diarization.scripted import ScriptedDiarizer
from pipeline.diarization.spectra import Floats, log_mel
from pipeline.diarization.turns import TurnBook, changes
from pipeline.diarization.vectors import Rules, unit

RULES = Rules(assign=0.5, update=0.4, split=0.5, new_s=1.0, recognise=0.8)


def axis(number: int, size: int = 4) -> Floats:
    return np.eye(size, dtype=np.float32)[number]


@st.composite
def lines(draw: st.DrawFn) -> list[Turn]:
    """Turns of which none overlaps another of its label."""
    turns = []
    for label in "ab":
        at = 0
        for gap, length in draw(
            st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=6)
        ):
            turns.append(Turn(label, float(at + gap), float(at + gap + length)))
            at += gap + length
    return sorted(turns, key=lambda turn: (turn.start_s, turn.end_s, turn.label))


@given(before=lines(), after=lines())
def test_changes_bring_a_book_from_one_state_to_the_other(
    before: list[Turn], after: list[Turn]
) -> None:
    book = TurnBook()
    book.apply(before)
    book.apply(changes(before, after))
    assert book.turns() == after


def test_a_turn_without_length_only_takes_away() -> None:
    book = TurnBook()
    book.apply([Turn("a", 0, 4), Turn("b", 0, 4), Turn("a", 2, 2)])
    assert book.turns() == [Turn("b", 0, 4)]


def test_groups_are_numbered_in_order_and_small_ones_go_to_the_nearest() -> None:
    vectors = [axis(0), axis(1), axis(0), unit(axis(1) + axis(2) * np.float32(3))]
    assert group(vectors, [2, 2, 2, 0.5], RULES) == [0, 1, 0, 1]
    assert group(vectors, [2, 2, 2, 2], RULES) == [0, 1, 0, 2]
    assert group([], [], RULES) == []


def test_many_pieces_are_grouped_in_blocks() -> None:
    vectors = [axis(index // 500 % 2) for index in range(3200)]
    found = group(vectors, [1.0] * len(vectors), RULES)
    assert found == [index // 500 % 2 for index in range(3200)]


def test_mel_bands_of_nothing_and_of_a_tone() -> None:
    assert log_mel(np.zeros(100, dtype=np.float32)).shape == (0, 80)
    tone = np.sin(np.arange(16000) / 16000 * 2 * np.pi * 1000).astype(np.float32)
    bands = log_mel(tone)
    assert bands.shape == (98, 80)
    middle_hz = 700 * (
        np.exp((31.7 + (2840.0 - 31.7) * (bands.mean(0).argmax() + 1) / 81) / 1127) - 1
    )
    assert middle_hz == pytest.approx(1000, abs=60)


def person(name: str, vector: Floats) -> Voiceprint:
    unit_vector = tuple(float(v) for v in unit(vector))
    return Voiceprint(name, name, "m", unit_vector, 9, "agreed", datetime.now(UTC))


def test_names_are_given_only_where_they_are_sure() -> None:
    ana, ben = person("Ana", axis(0)), person("Ben", axis(1))
    between = unit(axis(0) + axis(1))
    near = unit(axis(0) + axis(2) * np.float32(0.3))
    voices = {"v1": (near, 10.0), "v2": (between, 10.0), "v3": (axis(1), 1.0)}
    assert recognised(voices, [ana, ben], RULES) == {"v1": "Ana"}


def test_a_person_is_one_voice_at_most() -> None:
    close = unit(axis(0) + axis(2) * np.float32(0.3))
    voices = {"v1": (close, 10.0), "v2": (axis(0), 10.0)}
    assert recognised(voices, [person("Ana", axis(0))], RULES) == {"v2": "Ana"}


def test_two_recordings_of_one_person_do_not_rival_each_other() -> None:
    prints = [person("Ana", axis(0)), person("Ana", axis(0))]
    assert recognised({"v1": (axis(0), 10.0)}, prints, RULES) == {"v1": "Ana"}


def window(start_s: float, *speakers: tuple[int, float, float]) -> Window:
    """Ten seconds; each local speaker is an axis and the seconds of the window it speaks."""
    active = np.zeros((100, 3), dtype=np.bool_)
    vectors = np.zeros((3, 4), dtype=np.float32)
    for column, (number, begin_s, end_s) in enumerate(speakers):
        active[round(begin_s * 10) : round(end_s * 10), column] = True
        vectors[column] = axis(number)
    return Window(start_s, start_s + 10, active, vectors)


def test_labels_stay_when_local_speakers_change_places() -> None:
    rolling = Rolling(RULES)
    rolling.take(window(0, (0, 0, 4), (1, 5, 10)), 10)
    rolling.take(window(5, (1, 0, 7), (0, 8, 10)), 15)
    assert [(t.label, t.start_s, t.end_s) for t in rolling.turns()] == [
        ("voice 1", 0, 4),
        ("voice 2", 5, 12),
        ("voice 1", 13, 15),
    ]


def test_two_who_speak_at_once_are_never_one_voice() -> None:
    rolling = Rolling(RULES)
    rolling.take(window(0, (0, 0, 10), (0, 2, 8)), 10)
    assert {turn.label for turn in rolling.turns()} == {"voice 1", "voice 2"}


def test_what_comes_after_the_frontier_waits_for_the_next_window() -> None:
    rolling = Rolling(RULES)
    rolling.take(window(0, (0, 0, 10)), 9)
    assert [(t.start_s, t.end_s) for t in rolling.turns()] == [(0, 9)]
    rolling.take(window(2, (0, 0, 10)), 12)
    assert [(t.start_s, t.end_s) for t in rolling.turns()] == [(0, 12)]


def test_a_short_stranger_gets_no_label() -> None:
    rolling = Rolling(RULES)
    rolling.take(window(0, (0, 0, 5), (1, 6, 6.5)), 10)
    assert {turn.label for turn in rolling.turns()} == {"voice 1"}


def test_a_voice_gets_its_name_on_all_its_turns() -> None:
    rolling = Rolling(RULES, [person("Ana", axis(0))])
    rolling.take(window(0, (0, 0, 2)), 10)
    assert {turn.name for turn in rolling.turns()} == {""}
    rolling.take(window(10, (0, 0, 5)), 20)
    assert [turn.name for turn in rolling.turns()] == ["Ana", "Ana"]


async def test_scripted_turns_come_when_their_end_was_heard() -> None:
    diarizer = ScriptedDiarizer({"a": [Turn("x", 0.0, 1.0), Turn("y", 1.0, 2.0)]})
    stream = await diarizer.open("a", [person("x", axis(0))])
    assert list(await stream.feed(bytes(32000), 0.0)) == [Turn("x", 0.0, 1.0, name="x")]
    assert list(await stream.feed(bytes(32000), 1.0)) == [Turn("y", 1.0, 2.0)]

"""Meet's side in a file: what is written is read back."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UsageError
from domain.hints import CaptionHint, ChatHint, LoudnessHint, RosterHint, TileHint
from domain.people import Participant
from dragoman.hintfile import TimedHint, from_line, read_hints, to_line

times = st.floats(0, 1e6, allow_nan=False)
texts = st.text(max_size=30)
people = st.builds(
    Participant, texts, texts, st.booleans(), times, st.none() | times
)  # fmt: skip
hints = st.one_of(
    st.builds(
        CaptionHint, texts, texts, texts, texts, st.integers(0, 99), st.booleans(), texts, times
    ),
    st.builds(LoudnessHint, texts, texts, times, times),
    st.builds(TileHint, texts, st.booleans(), times),
    st.builds(RosterHint, st.lists(people, max_size=3).map(tuple), times),
    st.builds(ChatHint, texts, texts, texts, times),
)


@given(hints, times)
def test_what_is_written_is_read_back(hint, came_s: float) -> None:
    timed = TimedHint(hint, came_s)
    line = to_line(timed)
    assert len(line.splitlines()) <= 1 or "\n" not in line
    assert from_line(line) == timed


def test_hints_come_in_order_and_a_torn_end_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "hints.jsonl"
    late, early = TileHint("p", True, 2.0), TileHint("p", False, 1.0)
    text = to_line(TimedHint(late, 2.5)) + "\n\n" + '{"hint":"tile","participant_id":"p",'
    text += '"speaking":false,"at_s":1}\n' + to_line(TimedHint(late, 9.0))[:20]
    path.write_text(text, encoding="utf-8")
    assert read_hints(path) == [TimedHint(early, 1.0), TimedHint(late, 2.5)]


def test_line_ends_within_texts_do_not_tear_a_line(tmp_path: Path) -> None:
    path = tmp_path / "hints.jsonl"
    hint = ChatHint("m", "Ana", "one\u2028two\x85three\nfour", 1.0)
    lines = [TimedHint(hint, 1.0), TimedHint(replace(hint, at_s=2.0), 2.0)]
    path.write_text("".join(to_line(each) + "\n" for each in lines), encoding="utf-8")
    assert read_hints(path) == lines


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[1]", "must be one of caption, loudness"),
        ('{"hint": "smell", "at_s": 1}', "must be one of"),
        ('{"hint": "tile", "at_s": 1, "speaking": true}', "participant_id"),
        ('{"hint": "tile", "at_s": "soon", "speaking": true, "participant_id": "p"}', "at_s"),
        ("tile 1", "it is not JSON"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "hints.jsonl"
    path.write_text("\n" + line + "\n\n", encoding="utf-8")
    with pytest.raises(UsageError, match=f"Line 2 of hints.jsonl.*{told}"):
        read_hints(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_hints(tmp_path / "none.jsonl")

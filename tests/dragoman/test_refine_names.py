"""Voices get the names of the live version; sentences are taken apart where voices change."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.speakers import Turn
from domain.speech import OtherWords, Word
from domain.transcripts import Segment
from dragoman.refine.names import Named, name_voices
from dragoman.refine.split import Speakers


def _said(
    text: str, start_s: float, end_s: float, speaker: str = "", *, doubt: float = 0.0
) -> Segment:
    parts = text.split()
    step_s = (end_s - start_s) / len(parts)
    words = tuple(
        Word(part, start_s + n * step_s, start_s + (n + 0.8) * step_s)
        for n, part in enumerate(parts)
    )
    key = f"id-{speaker}" if speaker else ""
    return Segment(
        f"s{start_s}", "m", key, speaker, "en", start_s, end_s, text, 0.9, "x", words, doubt=doubt
    )


LIVE = [_said("a b c d", 0, 4, "Ana"), _said("e f g h", 5, 9, "Ben"), _said("i j", 10, 12, "Ana")]
TURNS = [Turn("A", 0, 4.4), Turn("B", 4.8, 9), Turn("A", 9.8, 12), Turn("C", 20, 30)]


def test_voices_are_named_by_who_spoke_at_the_same_time() -> None:
    named = name_voices({"mix": TURNS}, Named(LIVE))
    assert {key[1]: who.speaker for key, who in named.items()} == {
        "A": "Ana",
        "B": "Ben",
        "C": "Voice 1",
    }
    assert named["mix", "A"].participant_id == "id-Ana"
    assert named["mix", "A"].doubt < 0.2


def test_an_enrolled_voice_keeps_its_own_name() -> None:
    named = name_voices({"mix": [Turn("A", 0, 4, 0.9, "Zoe")]}, Named(LIVE))
    assert named["mix", "A"].speaker == "Zoe"


def test_a_doubtful_live_name_counts_less() -> None:
    live = [_said("a b", 0, 4, "Ana", doubt=0.9), _said("c d", 0, 2, "Ben")]
    assert name_voices({"mix": [Turn("A", 0, 4)]}, Named(live))["mix", "A"].speaker == "Ben"


def test_two_voices_behind_one_participant_are_numbered() -> None:
    live = [_said("a b", 0, 30, "Room 4")]
    turns = [Turn("A", 0, 12), Turn("B", 13, 25), Turn("C", 26, 27)]
    apart = name_voices({"t1": turns}, Named(live))
    assert [who.speaker for who in apart.values()] == [
        "Room 4 · voice 1",
        "Room 4 · voice 2",
        "Room 4",
    ]
    assert {who.participant_id for who in apart.values()} == {"id-Room 4"}
    mixed = name_voices({"mix": turns}, Named(live))
    assert {who.speaker for who in mixed.values()} == {"Room 4"}


def _split(turns: Sequence[Turn], segment: Segment) -> list[tuple[str, str]]:
    pieces = Speakers({"mix": turns}, LIVE).split(segment)
    return [(piece.speaker, " ".join(w.text for w in piece.words)) for piece in pieces]


def test_a_sentence_is_split_where_the_voice_changes() -> None:
    segment = _said("a b c d e f g h", 0, 9)
    assert _split(TURNS, segment) == [("Ana", "a b c d"), ("Ben", "e f g h")]
    first, second = Speakers({"mix": TURNS}, LIVE).split(segment)
    assert (first.start_s, first.end_s, second.end_s) == (0, first.words[-1].end_s, 9 - 0.225)
    assert first.id != second.id


def test_one_short_word_does_not_change_the_speaker() -> None:
    turns = [Turn("A", 0, 2), Turn("B", 2, 2.25), Turn("A", 2.25, 9), Turn("B", 40, 60)]
    assert len(_split(turns, _said(" ".join("abcdefghijklmnopqrstuvwxyz"), 0, 6))) == 1


def test_other_words_stay_with_a_whole_sentence_only() -> None:
    other = OtherWords("meet-captions", "a b", 0.2)
    speakers = Speakers({"mix": TURNS}, LIVE)
    whole = _said("a b c", 0, 3)
    assert speakers.split(Segment(**{**_fields(whole), "other": other}))[0].other == other
    cut = _said("a b c d e f g h", 0, 9)
    assert [p.other for p in speakers.split(Segment(**{**_fields(cut), "other": other}))] == [
        None,
        None,
    ]


def _fields(segment: Segment) -> dict[str, object]:
    return {name: getattr(segment, name) for name in Segment.__dataclass_fields__}


def test_without_voices_the_live_names_are_taken_over() -> None:
    speakers = Speakers({}, LIVE)
    (piece,) = speakers.split(_said("e f", 5, 8))
    assert (piece.speaker, piece.participant_id) == ("Ben", "id-Ben")
    (unknown,) = speakers.split(_said("z", 50, 51))
    assert (unknown.speaker, unknown.participant_id) == ("", "")


def test_who_is_sure_already_stays() -> None:
    (piece,) = Speakers({"mix": TURNS}, LIVE).split(_said("e f", 5, 8, "Carla"))
    assert piece.speaker == "Carla"


stretches = st.tuples(st.floats(0, 50), st.floats(0.1, 20), st.sampled_from("ABC"))


@given(st.lists(stretches, max_size=8), st.floats(0, 40), st.integers(1, 12))
def test_no_word_is_lost_or_moved(
    found: list[tuple[float, float, str]], start_s: float, count: int
) -> None:
    turns = [Turn(label, at_s, at_s + length_s) for at_s, length_s, label in found]
    segment = _said(" ".join(f"w{n}" for n in range(count)), start_s, start_s + count * 0.5)
    pieces = Speakers({"mix": turns}, LIVE).split(segment)
    assert tuple(word for piece in pieces for word in piece.words) == segment.words

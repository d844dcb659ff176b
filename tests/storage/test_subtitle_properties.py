"""Subtitles parse back to what was said, whatever was said."""

import html
import re
import unicodedata
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.captions import Translation, TranslationState
from domain.meetings import Meeting, MeetingState
from domain.speech import Word
from domain.text import clean
from domain.transcripts import Segment
from storage.export.formats import export
from storage.export.transcript import Transcript

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
_TIMES = re.compile(r"(\d\d+):(\d\d):(\d\d)[.,](\d{3}) --> (\d\d+):(\d\d):(\d\d)[.,](\d{3})")
_PIECES = ["hello", "-->", "<b>", "&amp;", "{\\an8}", "\n\n", "世界", "\x1b[1m", "\u202e", "1"]
_PIECES += ["x" * 100, "é", "日本語のテキスト", "ไทยไทย", "👩‍👩‍👧", "مرحبا"]

texts = st.lists(st.sampled_from(_PIECES) | st.text(max_size=8), min_size=1, max_size=40).map(
    " ".join
)
times = st.floats(0, 20_000)


def _segment(number: int, text: str, timed: bool, start_s: float, length_s: float) -> Segment:
    parts = text.split(" ")
    step_s = length_s / len(parts)
    words = tuple(
        Word(part, start_s + step_s * i, start_s + step_s * (i + 1)) for i, part in enumerate(parts)
    )
    translation = Translation("es", text[::-1], TranslationState.FINAL)
    return Segment(
        f"s{number}", "m", "", f"P{number % 3}", "en", start_s, start_s + length_s, text, 1.0, "",
        words if timed else (), (translation,),
    )  # fmt: skip


segments = st.lists(
    st.tuples(texts, st.booleans(), times, st.floats(0, 90)), min_size=1, max_size=6
).map(lambda rows: sorted((_segment(i, *row) for i, row in enumerate(rows)), key=_start))


def _start(segment: Segment) -> float:
    return segment.start_s


def _made(found: list[Segment], name: str, mode: str) -> str:
    meeting = Meeting("m", "", "c", "b", ("es",), MeetingState.ENDED, NOON)
    return export(Transcript(meeting, (), found), name, mode=mode).decode()


def _milliseconds(parts: tuple[str, ...]) -> int:
    hours, minutes, seconds, rest = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _parse(block: str) -> tuple[int, int, list[str]]:
    lines = block.split("\n")
    match = _TIMES.fullmatch(lines[0])
    assert match, lines[0]
    groups = match.groups()
    return _milliseconds(groups[:4]), _milliseconds(groups[4:]), lines[1:]


def _blocks(text: str) -> list[str]:
    return [block for block in text.rstrip("\n").split("\n\n") if block]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _width(line: str) -> int:
    zero = ("Mn", "Me", "Cf")
    shown = [c for c in line if unicodedata.category(c) not in zero]
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in shown)


def _check(cues: list[tuple[int, int, list[str]]]) -> None:
    starts = [start for start, _, _ in cues]
    assert starts == sorted(starts)
    for start, end, lines in cues:
        assert 0 <= start < end <= start + 6001
        assert 1 <= len(lines) <= 2


@given(segments)
def test_vtt_parses_back(found: list[Segment]) -> None:
    head, *blocks = _blocks(_made(found, "vtt", "original"))
    assert head == "WEBVTT"
    cues = [_parse(block) for block in blocks]
    _check(cues)
    said: dict[str, str] = {}
    last_end: dict[str, int] = {}
    for start, end, lines in cues:
        match = re.fullmatch(r"<v ([^>]*)>([^<>]*)</v>", "\n".join(lines))
        assert match
        name, payload = html.unescape(match[1]), html.unescape(match[2])
        assert all(_width(line) <= 42 for line in payload.split("\n"))
        assert start >= last_end.get(name, 0)
        last_end[name] = end
        said[name] = said.get(name, "") + _squeezed(payload)
    _same_letters(said, found)


def _same_letters(said: dict[str, str], found: list[Segment]) -> None:
    """Everything said by a speaker is there; segments that overlap may interleave."""
    for name in {segment.speaker for segment in found}:
        own = "".join(_squeezed(clean(s.text, 10**6)) for s in found if s.speaker == name)
        assert sorted(said.get(name, "")) == sorted(own)
        if sum(segment.speaker == name for segment in found) == 1:
            assert said.get(name, "") == own


@given(segments)
def test_srt_parses_back(found: list[Segment]) -> None:
    blocks = _blocks(_made(found, "srt", "original"))
    numbers = [block.split("\n", 1)[0] for block in blocks]
    assert numbers == [str(i) for i in range(1, len(blocks) + 1)]
    cues = [_parse(block.split("\n", 1)[1]) for block in blocks]
    _check(cues)
    payload = _squeezed("".join("".join(lines) for _, _, lines in cues))
    look_alikes = str.maketrans({"<": "‹", ">": "›", "{": "❴", "}": "❵"})
    wanted = ""
    for segment in found:
        text = _squeezed(clean(segment.text, 10**6)).translate(look_alikes)
        wanted += f"{segment.speaker}:{text}" if text else ""
    assert sorted(payload) == sorted(wanted)


@given(segments)
def test_both_languages_stand_in_one_cue(found: list[Segment]) -> None:
    _, *blocks = _blocks(_made(found, "vtt", "both"))
    for start, end, lines in map(_parse, blocks):
        assert start < end
        payload = re.fullmatch(r"<v [^>]*>(.*)</v>", "\n".join(lines), re.DOTALL)
        assert payload
        rows = payload[1].split("\n")
        assert 1 <= len(rows) <= 2
        assert re.fullmatch(r"<lang es>[^<>]+</lang>", rows[-1])


def test_word_times_are_kept_to_the_millisecond() -> None:
    text = " ".join(f"word{i:02}" for i in range(30))
    segment = _segment(1, text, True, 100.0, 30.0)
    cues = [_parse(b.split("\n", 1)[1]) for b in _blocks(_made([segment], "srt", "original"))]
    assert [start for start, _, _ in cues] == [100_000, 106_000, 112_000, 118_000, 124_000]
    assert cues[-1][1] == 130_000

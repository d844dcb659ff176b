"""Original and translations side by side, and the notes in front of them."""

from collections.abc import Sequence
from itertools import zip_longest

from domain.languages import own_name, primary
from domain.serving import Notes, Point
from domain.text import clean, clean_name
from domain.transcripts import Segment
from storage.export.times import stamp
from storage.export.tokens import columns, tokens_of_text, wrap
from storage.export.transcript import (
    LONGEST,
    Transcript,
    original_of,
    speaker_of,
    targets_of,
    text_in,
)

WIDTH = 42
"""Columns of plain text for one language: those of a subtitle line."""


def side_of(segment: Segment, languages: Sequence[str]) -> list[str]:
    """The original, and one text per language; empty where it was spoken in that language."""
    others = set(targets_of(segment, languages))
    texts = (text_in(segment, code) if code in others else "" for code in languages)
    return [original_of(segment), *texts]


def columns_of(transcript: Transcript, languages: Sequence[str]) -> list[str]:
    """Lines of plain text with a column for each language."""
    heads = ["Original", *(own_name(primary(code)) for code in languages)]
    lines = [_line(heads), _line(["-" * WIDTH for _ in heads])]
    for segment in transcript.segments:
        lines.append(f"[{stamp(segment.start_s)}] {speaker_of(segment)}:")
        wrapped = [wrap(tokens_of_text(text, 0, 0)) for text in side_of(segment, languages)]
        lines += [_line(row) for row in zip_longest(*wrapped, fillvalue="")]
    return lines


def _line(cells: Sequence[str]) -> str:
    padded = (cell + " " * (WIDTH - columns(cell)) for cell in cells)
    return " | ".join(padded).rstrip()


def notes_of(notes: Notes | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Titles of the notes' parts, as far as there are any, with (text, what stands behind)."""
    if notes is None:
        return []
    made = "taken from the transcript" if notes.extractive else f"by {clean(notes.engine)}"
    parts = (
        (f"Summary ({made})", notes.summary),
        ("Decisions", notes.decisions),
        ("Action items", notes.actions),
    )
    return [
        (title, [(clean(point.text, LONGEST), behind(point)) for point in points])
        for title, points in parts
        if points
    ]


def behind(point: Point) -> str:
    """Owner, due date and time of a point."""
    owner, due = clean_name(point.owner), clean(point.due)
    told = [owner, f"due: {due}" if due else "", stamp(point.at_s)]
    return ", ".join(each for each in told if each)

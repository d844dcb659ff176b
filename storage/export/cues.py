"""Segments cut into subtitles that can be read: short lines, short times, rising starts."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from domain.transcripts import Segment
from storage.export.times import milliseconds
from storage.export.tokens import Token, tokens_of_text, tokens_of_words, wrap
from storage.export.transcript import (
    UNTRANSLATED,
    Mode,
    original_of,
    speaker_of,
    targets_of,
    text_in,
)

LINES = 2
LONGEST_S = 6.0
SHORTEST_MS = 1000
"""A cue is stretched to this where nothing follows it closely."""

LABEL = 24
"""Characters of a name in front of a line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a cue."""

    text: str
    language: str
    translated: bool


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle. Cues of one speaker do not overlap; starts rise."""

    start_ms: int
    end_ms: int
    speaker: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    lines: tuple[str, ...]
    start_s: float
    end_s: float


def make_cues(
    segments: Sequence[Segment], mode: Mode, languages: Sequence[str], *, labels: bool = False
) -> list[Cue]:
    """The cues of segments; with `labels`, a segment's first line begins with the name.

    TRANSLATION shows the first of `languages`; BOTH and SIDE show one line of the original and
    one of each language, a line that outlasts its time standing on beside the next.
    """
    cues: list[Cue] = []
    for segment in segments:
        label = f"{_short(speaker_of(segment))}: " if labels else ""
        if mode in (Mode.BOTH, Mode.SIDE) and targets_of(segment, languages):
            cues += _paired(segment, label, languages)
        else:
            language = languages[0] if mode is Mode.TRANSLATION and languages else ""
            cues += _single(segment, label, language)
    return _settle(cues)


def _short(name: str) -> str:
    return name if len(name) <= LABEL else name[: LABEL - 1].rstrip() + "…"


def _single(segment: Segment, label: str, language: str) -> list[Cue]:
    text = text_in(segment, language) if language else original_of(segment)
    own = text == original_of(segment)
    tokens = _tokens(segment, text, label, timed=own)
    translated = not own or text == UNTRANSLATED
    code = language or segment.language
    return [
        _cue(segment, piece, tuple(Row(line, code, translated) for line in piece.lines))
        for piece in _pieces(tokens, LINES)
    ]


def _paired(segment: Segment, label: str, languages: Sequence[str]) -> list[Cue]:
    spoken = _pieces(_tokens(segment, original_of(segment), label, timed=True), 1)
    others = [
        (code, _pieces(_tokens(segment, text_in(segment, code), "", timed=False), 1))
        for code in targets_of(segment, languages)
    ]
    slots = max([spoken, *(pieces for _, pieces in others)], key=len)
    count = len(slots)
    cues: list[Cue] = []
    for number, slot in enumerate(slots):
        rows = [Row(_at(spoken, number, count), segment.language, False)] if spoken else []
        rows += [Row(_at(pieces, number, count), code, True) for code, pieces in others]
        cues.append(_cue(segment, slot, tuple(rows)))
    return cues


def _at(pieces: Sequence[_Piece], number: int, count: int) -> str:
    return pieces[number * len(pieces) // count].lines[0]


def _tokens(segment: Segment, text: str, label: str, *, timed: bool) -> list[Token]:
    if timed:
        tokens = tokens_of_words(segment, text)
    else:
        tokens = tokens_of_text(text, segment.start_s, segment.end_s)
    if label and tokens:
        at_s = tokens[0].start_s
        tokens[0] = replace(tokens[0], glue=" ")
        tokens.insert(0, Token(label.rstrip(), "", at_s, at_s))
    return tokens


def _pieces(tokens: Sequence[Token], lines: int) -> list[_Piece]:
    """Tokens gathered greedily into what fits one cue in space and time."""
    pieces: list[_Piece] = []
    held: list[Token] = []
    for token in tokens:
        fits = not held or (
            len(wrap([*held, token])) <= lines and token.end_s - held[0].start_s <= LONGEST_S
        )
        if not fits:
            pieces.append(_piece(held))
            held = []
        held.append(token)
    return [*pieces, _piece(held)] if held else pieces


def _piece(tokens: Sequence[Token]) -> _Piece:
    return _Piece(tuple(wrap(tokens)), tokens[0].start_s, tokens[-1].end_s)


def _cue(segment: Segment, piece: _Piece, rows: tuple[Row, ...]) -> Cue:
    start_ms = milliseconds(piece.start_s)
    longest_ms = start_ms + milliseconds(LONGEST_S)
    end_ms = min(max(milliseconds(piece.end_s), start_ms + 1), longest_ms)
    return Cue(start_ms, end_ms, speaker_of(segment), rows)


def _settle(cues: list[Cue]) -> list[Cue]:
    """Starts in order, short cues stretched into free time, one speaker's never overlapping."""
    settled: list[Cue] = []
    own_next: dict[str, int] = {}
    next_ms: int | None = None
    for cue in reversed(_risen(cues)):
        stretched = cue.start_ms + SHORTEST_MS
        free_ms = stretched if next_ms is None else min(stretched, next_ms)
        end_ms = min(max(cue.end_ms, free_ms), own_next.get(cue.speaker, sys.maxsize))
        settled.append(replace(cue, end_ms=end_ms))
        own_next[cue.speaker] = next_ms = cue.start_ms
    return settled[::-1]


def _risen(cues: list[Cue]) -> list[Cue]:
    """In order of start, each at least a millisecond after its speaker's last."""
    last: dict[str, int] = {}
    risen: list[Cue] = []
    for cue in sorted(cues, key=attrgetter("start_ms")):
        start_ms = max(cue.start_ms, last.get(cue.speaker, -1) + 1)
        last[cue.speaker] = start_ms
        risen.append(replace(cue, start_ms=start_ms, end_ms=max(cue.end_ms, start_ms + 1)))
    return sorted(risen, key=attrgetter("start_ms"))

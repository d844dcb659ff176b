"""Meet's caption lines as they grow and are corrected, word by word with arrival times."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from domain.hints import CaptionHint
from domain.languages import joiner, primary
from domain.text import clean
from pipeline.align import fold

MAX_LINE = 20_000
_REUSED_AFTER_S = 15.0
_DROPPED_CHARS = 250
_SAME_VOICE_S = 4.0
_REGION_QUIET_S = 10.0
_KEEP_LINES = 64
_HEAD_CHARS = 200
LATE_CHARS = 2_000
"""Of a long line only about so many characters at its end are looked at again."""
_STEP_CHARS = 500
_ANCHOR_CHARS = 60
_SPACED = re.compile(r"\S+\s*")
_PIECES = re.compile(r"[^\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+[^\w\s]*\s*|\S\s*")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a line."""

    text: str
    first_s: float
    """When the word first stood there, whatever its case and punctuation."""
    changed_s: float
    """When it last changed in any way."""


@dataclass(slots=True)
class Line:
    """One line of Meet's captions at its newest revision."""

    key: str
    participant_id: str
    name: str
    language: str
    born_s: float
    at_s: float
    """When the newest revision arrived."""
    version: int = -1
    source: str = "channel"
    final: bool = False
    tokens: tuple[Token, ...] = ()
    length: int = 0
    tags: set[str] = field(default_factory=set)
    past: str = ""
    """What stands before the part that is still looked at, as it came."""
    settled: int = 0
    """Tokens of `past`: they stay as they are."""

    @property
    def late(self) -> tuple[Token, ...]:
        """The tokens after those that are settled."""
        return self.tokens[self.settled :]


def split_words(text: str, language: str) -> list[str]:
    """A text as words, or as characters in languages that are written without spaces."""
    return text.split() if joiner(language) else [piece for piece in _PIECES.findall(text)]


class CaptionLines:
    """All lines of late; a line that starts over, or is used again, is a new one."""

    def __init__(self) -> None:
        self._open: dict[str, Line] = {}
        self._count = 0
        self._channel_s: float | None = None
        self.last_s = float("-inf")
        """When the newest revision arrived."""

    @property
    def seen(self) -> bool:
        """Whether there was ever a caption."""
        return self._count > 0

    def take(self, hint: CaptionHint, participant_id: str) -> Line | None:
        """The line that a hint revises, or None where the hint tells nothing new."""
        if hint.source == "channel":
            self._channel_s = hint.at_s
        elif self._channel_s is not None and hint.at_s - self._channel_s < _REGION_QUIET_S:
            return None
        text = hint.text[:MAX_LINE]
        head = clean(text[:_HEAD_CHARS])
        line = self._open.get(hint.line_id) or self._adopted(hint, participant_id)
        if line is None or self._starts_over(line, hint, participant_id, head):
            if not head:
                return None
            line = self._new(hint, participant_id)
        elif hint.version < line.version:
            return None
        _revise(line, hint, text)
        self.last_s = max(self.last_s, hint.at_s)
        return line

    def recent(self, participant_id: str | None, since_s: float) -> Iterator[Line]:
        """Lines touched since a moment, of one participant or of all."""
        for line in list(self._open.values()):
            if line.at_s >= since_s and participant_id in (None, line.participant_id):
                yield line

    def _new(self, hint: CaptionHint, participant_id: str) -> Line:
        self._count += 1
        line = Line(
            key=f"{hint.line_id}#{self._count}",
            participant_id=participant_id,
            name=hint.name,
            language=primary(hint.language) if hint.language else "",
            born_s=hint.at_s,
            at_s=hint.at_s,
            source=hint.source,
        )
        self._open.pop(hint.line_id, None)
        self._open[hint.line_id] = line
        if len(self._open) > _KEEP_LINES:
            del self._open[next(iter(self._open))]
        return line

    def _adopted(self, hint: CaptionHint, participant_id: str) -> Line | None:
        """A line that the page began and the data channel goes on with."""
        if hint.source != "channel" or not participant_id:
            return None
        for line_id, line in list(self._open.items()):
            same = line.source != "channel" and line.participant_id == participant_id
            if same and hint.at_s - line.at_s < _SAME_VOICE_S and _same_start(line, hint.text):
                self._open[hint.line_id] = self._open.pop(line_id)
                line.source, line.version = "channel", -1
                return line
        return None

    def _starts_over(self, line: Line, hint: CaptionHint, participant_id: str, head: str) -> bool:
        return (
            bool(participant_id and line.participant_id and participant_id != line.participant_id)
            or hint.at_s - line.at_s > _REUSED_AFTER_S
            and not _same_start(line, head)
            or line.length - len(hint.text[:MAX_LINE]) > _DROPPED_CHARS
        )


def _same_start(line: Line, text: str) -> bool:
    head = [fold(word) for word in split_words(text[:_HEAD_CHARS], line.language)[:4]]
    return head[:2] == [fold(token.text) for token in line.tokens[:4]][:2]


def _revise(line: Line, hint: CaptionHint, text: str) -> None:
    if hint.language:
        line.language = primary(hint.language)
    if not text.startswith(line.past):
        line.past = text[: _place(line, text)]
    late = split_words(clean(text[len(line.past) :], MAX_LINE), line.language)
    line.tokens = line.tokens[: line.settled] + _merge(line.late, late, hint.at_s)
    line.length = len(text)
    _settle(line, text)
    line.at_s = max(line.at_s, hint.at_s)
    line.version = hint.version
    line.final = hint.final
    line.name = hint.name or line.name


def _place(line: Line, text: str) -> int:
    """Where the settled part ends in a text that was corrected within it."""
    end = len(line.past)
    anchor = line.past[-_ANCHOR_CHARS:]
    first = max(0, end - len(anchor) - _DROPPED_CHARS)
    near = text[first : end + _DROPPED_CHARS]
    found = [first + match.end(1) for match in re.finditer(f"(?=({re.escape(anchor)}))", near)]
    if found:
        return min(found, key=lambda place: abs(place - end))
    return _cut(text, line.language, max(0, end - 1))


def _settle(line: Line, text: str) -> None:
    """Leaves what is far back as it is."""
    begin = len(line.past)
    if len(text) - begin < LATE_CHARS + _STEP_CHARS:
        return
    end = _cut(text, line.language, len(text) - LATE_CHARS, begin)
    line.past = text[:end]
    line.settled += len(split_words(clean(text[begin:end], MAX_LINE), line.language))


def _cut(text: str, language: str, least: int, begin: int | None = None) -> int:
    """The end of the first word of a text that ends at `least` or later, the next one's start."""
    begin = max(0, least - _DROPPED_CHARS) if begin is None else begin
    pieces = (_SPACED if joiner(language) else _PIECES).finditer(text, begin)
    ends = (piece.end() for piece in pieces)
    return next((end for end in ends if end >= least), begin)


def _merge(old: Sequence[Token], texts: Sequence[str], at_s: float) -> tuple[Token, ...]:
    """New texts with the arrival times of the old words that are still there."""
    head = 0
    while head < min(len(old), len(texts)) and old[head].text == texts[head]:
        head += 1
    tokens = list(old[:head])
    left = list(old[head:])
    for text in texts[head:]:
        match = next((i for i, token in enumerate(left[:6]) if fold(token.text) == fold(text)), -1)
        if match < 0:
            tokens.append(Token(text, at_s, at_s))
            continue
        found = left[match]
        del left[: match + 1]
        tokens.append(found if found.text == text else replace(found, text=text, changed_s=at_s))
    return tuple(tokens)

"""Text cut into the smallest pieces that may stand on a line, each with its time."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.languages import joiner
from domain.text import clean
from domain.transcripts import Segment

LINE = 42
"""Columns of a subtitle line; an East Asian character takes two."""

_WIDE = r"\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60"
_TOKEN = re.compile(rf"[{_WIDE}]|[^\s{_WIDE}]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text that is not broken."""

    text: str
    glue: str
    """What stands before it on the same line."""
    start_s: float
    end_s: float


def columns(text: str) -> int:
    """How wide a text is."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def tokens_of_text(text: str, start_s: float, end_s: float) -> list[Token]:
    """Pieces of a text, their times in proportion to their place in it."""
    spans = [span for match in _TOKEN.finditer(text) for span in _cut(text, *match.span())]
    per_char = max(0.0, end_s - start_s) / max(1, len(text))
    return [
        Token(
            text[left:right],
            " " if left and text[left - 1].isspace() else "",
            start_s + left * per_char,
            start_s + right * per_char,
        )
        for left, right in spans
    ]


def tokens_of_words(segment: Segment, text: str) -> list[Token]:
    """Pieces of a segment's words with the words' own times; `text` is what they must give."""
    tokens: list[Token] = []
    glue = ""
    for word in segment.words:
        pieces = tokens_of_text(clean(word.text, len(text) + 1), word.start_s, word.end_s)
        for number, piece in enumerate(pieces):
            first = Token(piece.text, glue if number == 0 else piece.glue, *_times(piece))
            tokens.append(first)
        glue = joiner(segment.language) if tokens else ""
    rises = all(one.start_s <= two.start_s for one, two in pairwise(tokens))
    if rises and "".join(token.glue + token.text for token in tokens) == text:
        return tokens
    return tokens_of_text(text, segment.start_s, segment.end_s)


def _times(token: Token) -> tuple[float, float]:
    return token.start_s, token.end_s


def _cut(text: str, left: int, right: int) -> Iterable[tuple[int, int]]:
    """Spans no wider than a line."""
    width = 0
    for place in range(left, right):
        wide = _columns(text[place])
        if width + wide > LINE:
            yield left, place
            left, width = place, 0
        width += wide
    yield left, right


def wrap(tokens: Sequence[Token]) -> list[str]:
    """Lines no wider than LINE."""
    lines: list[str] = []
    for token in tokens:
        longer = lines[-1] + token.glue + token.text if lines else ""
        if lines and columns(longer) <= LINE:
            lines[-1] = longer
        else:
            lines.append(token.text)
    return lines

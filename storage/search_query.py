"""What people type into the search, as a query of the index: nothing typed can break it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.languages import primary
from domain.terms import grams, spans, unspaced, words
from domain.text import clean

LONGEST = 500
"""Characters of a query that are looked at."""
MOST = 20
"""Words of a query that are looked at."""
LEAST_PREFIX = 2
"""Letters before a star; shorter ones are taken as whole words."""
EXCERPT = 180
"""Characters around the first place."""

_PIECE = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that must be there: words in a row."""

    words: tuple[str, ...]
    """Folded."""
    prefix: bool = False
    """The last word may go on."""

    def tokens(self) -> tuple[list[str], bool]:
        """What must stand in a row in the index, and whether the last of it may go on."""
        tokens: list[str] = []
        star = self.prefix
        for place, word in enumerate(self.words):
            last = place == len(self.words) - 1
            if not unspaced(word):
                tokens.append(word)
            elif len(word) == 1:
                tokens.append(word)
                star = star or last
            else:
                tokens += grams(word)[: -1 if last else None]
                star = star and not last
        return tokens, star


@dataclass(frozen=True, slots=True)
class Asked:
    """Tokens that must stand in a row in one part of the index."""

    part: str
    """body, speaker or tags."""
    tokens: tuple[str, ...]
    """Folded letters, digits and marks only."""
    prefix: bool = False


def parse(text: str) -> list[Wanted]:
    """The parts of a query: "quoted" words stand in a row, word* is the beginning of a word."""
    found: list[Wanted] = []
    for phrase, bare in _PIECE.findall(clean(text, LONGEST)):
        parts = tuple(words(phrase or bare))
        star = bool(bare) and bare.rstrip('"').endswith("*") and bool(parts)
        if parts:
            found.append(Wanted(parts, star and len(parts[-1]) >= LEAST_PREFIX))
    return found[:MOST]


def ask(wanted: Sequence[Wanted], speaker: str, language: str, meeting_id: str) -> list[Asked]:
    """All that must be there, filters included; empty where nothing is asked for."""
    parts = [("body", each) for each in wanted]
    parts += [("speaker", Wanted((word,))) for word in words(speaker)]
    asked = []
    for part, each in parts:
        tokens, star = each.tokens()
        asked.append(Asked(part, tuple(tokens), star))
    if primary(language):
        asked.append(Asked("tags", (language_tag(language),)))
    if meeting_id:
        asked.append(Asked("tags", (meeting_tag(meeting_id),)))
    return asked


def language_tag(language: str) -> str:
    """A language as a word of the index."""
    return "l" + primary(language).encode().hex()


def meeting_tag(meeting_id: str) -> str:
    """A meeting as a word of the index."""
    return "m" + meeting_id.encode().hex()


def marks(text: str, wanted: Sequence[Wanted]) -> list[tuple[int, int]]:
    """Where the words stand in a text, in order, without overlaps."""
    found = sorted(
        span for each in wanted for span in spans(text, " ".join(each.words), prefix=each.prefix)
    )
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def excerpt(text: str, wanted: Sequence[Wanted]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text around its first mark, and the marks in it."""
    found = marks(text, wanted)
    first = found[0][0] if found else 0
    if len(text) <= EXCERPT:
        return text, tuple(found)
    start = max(0, min(first - EXCERPT // 3, len(text) - EXCERPT))
    if start and (space := text.find(" ", start, first)) > 0:
        start = space + 1
    end = min(len(text), start + EXCERPT)
    if end < len(text) and (space := text.rfind(" ", start, end)) > first:
        end = space
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(head) - start
    inside = [(a, b) for a, b in found if a >= start and b <= end]
    return head + text[start:end] + tail, tuple((a + shift, b + shift) for a, b in inside)

"""The order in which parts of a mixed line stand: the Unicode rules without embeddings."""

import unicodedata
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_NUMBERS = ("EN", "AN")


def levels(text: str, *, rtl: bool) -> list[int]:
    """The embedding level of each character: even runs left to right, odd the other way."""
    kinds = _weak([unicodedata.bidirectional(char) or "L" for char in text], rtl)
    kinds = _neutral(kinds, rtl)
    base = 1 if rtl else 0
    return [_level(kind, base) for kind in kinds]


def _level(kind: str, base: int) -> int:
    if kind == "L":
        return 2 if base else 0
    if kind == "R":
        return 1
    return 2


def _weak(kinds: list[str], rtl: bool) -> list[str]:
    """Numbers and marks take their neighbours' direction."""
    strong = "R" if rtl else "L"
    out: list[str] = []
    for i, kind in enumerate(kinds):
        after = kinds[i + 1] if i + 1 < len(kinds) else ""
        before = out[-1] if out else strong
        if kind == "NSM":
            kind = before
        elif kind == "EN":
            kind = {"AL": "AN", "L": "L"}.get(strong, "EN")
        elif kind in ("CS", "ES") and before in (*_NUMBERS, "L") and after == "EN":
            kind = before
        elif kind == "ET" and (before == "EN" or after == "EN"):
            kind = "EN" if strong != "L" else "L"
        if kind in ("L", "R", "AL"):
            strong = kind
        out.append(kind)
    return ["R" if kind == "AL" else kind for kind in out]


def _neutral(kinds: list[str], rtl: bool) -> list[str]:
    """Spaces and punctuation go with both neighbours if they agree, else with the line."""
    base = "R" if rtl else "L"
    out = list(kinds)
    start = 0
    while start < len(out):
        if out[start] in ("L", "R", *_NUMBERS):
            start += 1
            continue
        end = start
        while end < len(out) and out[end] not in ("L", "R", *_NUMBERS):
            end += 1
        sides = [
            "R" if side in _NUMBERS else side
            for side in (out[start - 1] if start else base, out[end] if end < len(out) else base)
        ]
        filling = sides[0] if sides[0] == sides[1] else base
        out[start:end] = [filling] * (end - start)
        start = end
    return out


def first_strong_rtl(text: str) -> bool:
    """Whether the first letter runs from right to left."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False


def visual(parts: Sequence[tuple[int, T]]) -> list[tuple[int, T]]:
    """Parts of one level each, from logical to left-to-right order."""
    ordered = list(parts)
    if not ordered:
        return ordered
    highest = max(level for level, _ in ordered)
    for limit in range(highest, 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][0] >= limit:
                end += 1
            ordered[start:end] = ordered[start:end][::-1]
            start = max(end, start + 1)
    return ordered

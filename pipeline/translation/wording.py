"""Required translations of terms: which a text asks for, and whether they came."""

import re
from collections.abc import Sequence

from domain.ports import TranslationRequest

Wording = tuple[str, str]
"""A term and the translation that it must get."""

_SHARE = 0.7
_DENSE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def asked(request: TranslationRequest) -> tuple[Wording, ...]:
    """The wordings whose terms stand in the request's text, in any case."""
    return tuple(
        (term, wanted)
        for term, wanted in request.wording
        if term and wanted and _stands(term, request.text)
    )


def unmet(translated: str, wordings: Sequence[Wording]) -> tuple[Wording, ...]:
    """The wordings that a translation does not follow.

    A word counts with another ending too: its first 70 % (three letters at least) must stand
    at the beginning of a word. Languages without spaces must hold the wording as it is.
    """
    return tuple(each for each in wordings if not _follows(translated, each[1]))


def _stands(term: str, text: str) -> bool:
    if _DENSE.search(term):
        return term in text
    return re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text, re.IGNORECASE) is not None


def _follows(translated: str, wanted: str) -> bool:
    if _DENSE.search(wanted):
        return wanted in translated
    words = re.findall(r"\w+", translated.casefold())
    return all(
        any(_same(word, each) for word in words) for each in re.findall(r"\w+", wanted.casefold())
    )


def _same(word: str, wanted: str) -> bool:
    if len(wanted) <= 3:
        return word == wanted
    stem = wanted[: max(3, round(len(wanted) * _SHARE))]
    return word.startswith(stem) and abs(len(word) - len(wanted)) <= 4

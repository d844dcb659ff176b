"""Keeps names and terms as they are through any engine, and proves it."""

import re
from collections.abc import Awaitable, Callable, Sequence

from domain.errors import EngineError

Say = Callable[[str], Awaitable[str]]
"""Translates a text."""


def present(text: str, terms: Sequence[str]) -> tuple[str, ...]:
    """The terms that stand in the text as whole words, longest first, each once."""
    ordered = sorted(dict.fromkeys(term for term in terms if term), key=lambda t: (-len(t), t))
    return tuple(term for term in ordered if _pattern(term).search(text))


def lost(source: str, translated: str, terms: Sequence[str]) -> tuple[str, ...]:
    """The terms that stand in the source and not as often in the translation."""
    return tuple(
        term
        for term in present(source, terms)
        if len(_pattern(term).findall(translated)) < len(_pattern(term).findall(source))
    )


async def translate_keeping(
    text: str, terms: Sequence[str], say: Say, *, pieces: bool = False
) -> str:
    """Translates plainly; where a term is lost, with place-holders; then piece by piece.

    The last step is taken only with `pieces`. Raises EngineError where a term stays lost.
    """
    found = present(text, terms)
    plain = await say(text)
    if not lost(text, plain, found):
        return plain
    masked, holders = mask(text, found)
    answer = unmask(await say(masked), holders)
    if answer is not None and not lost(text, answer, found):
        return answer
    if pieces:
        return await _by_pieces(text, found, say)
    raise EngineError(
        "The translation lost a name or term that must stay as it is.",
        "Choose another engine, or take the term off the glossary.",
    )


def mask(text: str, terms: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The text with place-holders for terms, and what each place-holder stands for."""
    holders: dict[str, str] = {}

    def hold(match: re.Match[str]) -> str:
        index = len(holders)
        holder = f"Zq{chr(97 + index // 20 % 20)}{chr(97 + index % 20)}x"
        holders[holder] = match.group(0)
        return holder

    return _any_of(terms).sub(hold, text), holders


def unmask(text: str, holders: dict[str, str]) -> str | None:
    """The text with its terms back, or None if a place-holder is missing or doubled."""
    for holder, term in holders.items():
        text, count = re.subn(holder, _giver(term), text, flags=re.IGNORECASE)
        if count != 1:
            return None
    return text


async def _by_pieces(text: str, terms: Sequence[str], say: Say) -> str:
    parts = re.split(f"({_any_of(terms).pattern})", text)
    said = [
        part if index % 2 or not re.search(r"\w", part) else await _piece(part, say)
        for index, part in enumerate(parts)
    ]
    return "".join(said)


async def _piece(part: str, say: Say) -> str:
    head = part[: len(part) - len(part.lstrip())]
    tail = part[len(part.rstrip()) :]
    return head + (await say(part.strip())).strip() + tail


def _any_of(terms: Sequence[str]) -> re.Pattern[str]:
    ordered = sorted(terms, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)")


def _pattern(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(term)}(?!\w)")


def _giver(term: str) -> Callable[[re.Match[str]], str]:
    return lambda _: term

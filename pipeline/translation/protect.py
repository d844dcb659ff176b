"""Keeps names, terms and required wordings through any engine, and proves it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.errors import EngineError
from domain.ports import TranslationRequest
from pipeline.translation.wording import asked, unmet

Say = Callable[[str], Awaitable[str]]
"""Translates a text."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A translation in which every term is proven to stand."""

    text: str
    how: str = "plainly"
    """plainly, place-holders or pieces; the last costs grammar."""


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


def holds(request: TranslationRequest, translated: str) -> bool:
    """Whether all terms and required wordings of the request stand in a translation."""
    return not lost(request.text, translated, request.terms) and not unmet(
        translated, asked(request)
    )


async def translate_keeping(request: TranslationRequest, say: Say, *, pieces: bool = False) -> Kept:
    """Translates plainly; where a term is lost, with place-holders; then piece by piece.

    The last step is taken only with `pieces`. Raises EngineError where a term stays lost.
    """
    text = request.text
    kept = {term: term for term in present(text, request.terms)}
    kept = {**dict(asked(request)), **kept}
    plain = await say(text)
    if not kept or holds(request, plain):
        return Kept(plain)
    masked, holders = mask(text, kept)
    answer = unmask(await say(masked), holders)
    if answer is not None and holds(request, answer):
        return Kept(answer, "place-holders")
    if pieces:
        return Kept(await _by_pieces(text, kept, say), "pieces")
    raise EngineError(
        "The translation lost a name or term of the glossary.",
        "Choose another engine, or take the term off the glossary.",
    )


def mask(text: str, kept: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with place-holders for terms, and what each place-holder stands for."""
    holders: dict[str, str] = {}

    def hold(match: re.Match[str]) -> str:
        index = len(holders)
        holder = f"Zq{chr(97 + index // 20 % 20)}{chr(97 + index % 20)}x"
        holders[holder] = _given(match.group(0), kept)
        return holder

    return _any_of(kept).sub(hold, text), holders


def unmask(text: str, holders: dict[str, str]) -> str | None:
    """The text with its terms back, or None if a place-holder is missing or doubled."""
    for holder, term in holders.items():
        text, count = re.subn(holder, _giver(term), text, flags=re.IGNORECASE)
        if count != 1:
            return None
    return text


async def _by_pieces(text: str, kept: Mapping[str, str], say: Say) -> str:
    parts = re.split(f"({_any_of(kept).pattern})", text)
    said = []
    for index, part in enumerate(parts):
        if index % 2:
            said.append(_given(part, kept))
        else:
            said.append(await _piece(part, say) if re.search(r"\w", part) else part)
    return "".join(said)


async def _piece(part: str, say: Say) -> str:
    head = part[: len(part) - len(part.lstrip())]
    tail = part[len(part.rstrip()) :]
    return head + (await say(part.strip())).strip() + tail


def _given(found: str, kept: Mapping[str, str]) -> str:
    """What a term of the text becomes; those that only get a wording match in any case."""
    folded = {term.casefold(): value for term, value in kept.items()}
    return kept.get(found) or folded[found.casefold()]


def _any_of(kept: Mapping[str, str]) -> re.Pattern[str]:
    """Terms that stay match in their own case only, those with a wording in any."""
    ordered = sorted(kept, key=len, reverse=True)
    each = (re.escape(t) if kept[t] == t else f"(?i:{re.escape(t)})" for t in ordered)
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)")


def _pattern(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(term)}(?!\w)")


def _giver(term: str) -> Callable[[re.Match[str]], str]:
    return lambda _: term

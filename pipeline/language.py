"""The language each participant speaks, as Meet's captions or the recogniser tell it."""

from dataclasses import dataclass

from domain.hints import CaptionHint
from domain.languages import primary

_SURE_AFTER = 2
"""Witnesses in a row that it takes to change a language that was known."""
_CHECK_AFTER = 4
"""Utterances that are asked for in the known language before one is asked for in any."""


@dataclass(slots=True)
class _Known:
    language: str = ""
    other: str = ""
    """Another language that was told since."""
    weight: int = 0
    by_captions: bool = False
    asked: int = 0
    """Utterances since the recogniser was last left to tell the language."""


class SpokenLanguages:
    """A language per speaker; it changes only once another was told twice, or once surely.

    Where Meet's captions tell a speaker's language, the recogniser's opinion counts nothing.
    """

    def __init__(self, allowed: tuple[str, ...] = ()) -> None:
        self._order = allowed
        self._allowed = frozenset(allowed)
        self._only = allowed[0] if len(self._allowed) == 1 else ""
        self._speakers: dict[str, _Known] = {}

    def hear(self, key: str, hint: CaptionHint) -> None:
        """Takes the language of a caption of the participant `key`."""
        told = primary(hint.language) if hint.language else ""
        if not told or not key or not self._may_be(told):
            return
        known = self._speakers.setdefault(key, _Known())
        known.by_captions = True
        _witness(known, told, 1)

    def heard(self, key: str, language: str, *, sure: bool = False) -> None:
        """Takes what the recogniser found in an utterance that it could hear as any language,
        or in spite of the one that was asked for."""
        told = primary(language) if language else ""
        if not told or not key or not self._may_be(told):
            return
        known = self._speakers.setdefault(key, _Known())
        if not known.by_captions:
            _witness(known, told, _SURE_AFTER if sure else 1)

    def of(self, key: str) -> str:
        """The speaker's language; empty while unknown and not settled by what is allowed."""
        known = self._speakers.get(key)
        return self._only or (known.language if known else "")

    def ask(self, key: str) -> str:
        """The language to request for the speaker's next utterance; empty where it is to be
        found out: not known, in doubt, or not checked for a while."""
        known = self._speakers.get(key)
        if self._only or known is None or known.by_captions:
            return self.of(key)
        known.asked += 1
        if known.other or known.asked > _CHECK_AFTER:
            known.asked = 0
            return ""
        return known.language

    def settle(self, key: str, told: str) -> str:
        """What to call the language of an utterance that the recogniser calls `told`."""
        code = primary(told) if told else ""
        if code and self._may_be(code):
            return code
        return self.of(key) or (self._order[0] if self._order else code)

    def possible(self) -> frozenset[str]:
        """What may be spoken; empty means anything."""
        return self._allowed

    def _may_be(self, code: str) -> bool:
        return not self._allowed or code in self._allowed


def _witness(known: _Known, told: str, weight: int) -> None:
    if known.language in ("", told):
        known.language = told
        known.other, known.weight = "", 0
        return
    known.weight = weight + (known.weight if known.other == told else 0)
    known.other = told
    if known.weight >= _SURE_AFTER:
        known.language = told
        known.other, known.weight = "", 0

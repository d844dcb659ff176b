"""The language each participant speaks, as Meet's captions tell it."""

from domain.hints import CaptionHint
from domain.languages import primary


class SpokenLanguages:
    """A language per participant; it changes only once another was told on two revisions."""

    def __init__(self, allowed: tuple[str, ...] = ()) -> None:
        self._allowed = frozenset(allowed)
        self._only = allowed[0] if len(self._allowed) == 1 else ""
        self._known: dict[str, str] = {}
        self._other: dict[str, tuple[str, int]] = {}

    def hear(self, key: str, hint: CaptionHint) -> None:
        """Takes the language of a caption of the participant `key`."""
        told = primary(hint.language) if hint.language else ""
        if not told or not key or (self._allowed and told not in self._allowed):
            return
        known = self._known.get(key)
        if known is None or known == told:
            self._known[key] = told
            self._other.pop(key, None)
            return
        other, count = self._other.get(key, ("", 0))
        count = count + 1 if other == told else 1
        self._other[key] = (told, count)
        if count >= 2:
            self._known[key] = told
            del self._other[key]

    def of(self, key: str) -> str:
        """The participant's language; empty while unknown and not settled by what is allowed."""
        return self._only or self._known.get(key, "")

    def possible(self) -> frozenset[str]:
        """What may be spoken; empty means anything."""
        return self._allowed

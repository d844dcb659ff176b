"""The people of a meeting by id and by name, ourselves left out."""

from collections.abc import Callable, Collection

from domain.hints import CaptionHint, RosterHint
from domain.text import clean_name

_OWN_NAMES = frozenset({"you"})


class People:
    """Names from Meet's roster, and from captions for whom the roster does not know."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ids: dict[str, set[str]] = {}
        self._present: frozenset[str] = frozenset()
        self._ourselves: set[str] = set()
        self._our_names: set[str] = set(_OWN_NAMES)
        self._tell: list[Callable[[Collection[str], float], None]] = []

    def watch(self, tell: Callable[[Collection[str], float], None]) -> None:
        """From now on tells, at every news of the roster, the ids of all present, and when."""
        self._tell.append(tell)

    def update(self, hint: RosterHint) -> None:
        """Takes everybody present; who left keeps the name."""
        self._present = frozenset(person.id for person in hint.participants)
        for person in hint.participants:
            name = clean_name(person.name)
            if person.is_self:
                self._ourselves.add(person.id)
                self._our_names.add(name.casefold())
                continue
            self._names[person.id] = name
            if name:
                self._ids.setdefault(name.casefold(), set()).add(person.id)
        for tell in self._tell:
            tell(self._present, hint.at_s)

    def learn(self, hint: CaptionHint) -> None:
        """Takes a name that only a caption tells."""
        if hint.participant_id and hint.name and not self._names.get(hint.participant_id):
            self._names[hint.participant_id] = clean_name(hint.name)

    def is_self(self, participant_id: str, name: str = "") -> bool:
        """Whether this is the bot."""
        if participant_id:
            return participant_id in self._ourselves
        folded = name.casefold()
        return bool(name) and folded in self._our_names and folded not in self._ids

    def name(self, participant_id: str) -> str:
        """The display name; empty while unknown."""
        return self._names.get(participant_id, "")

    def id_of(self, hint: CaptionHint) -> str:
        """The participant of a caption: its id, or that of the only person of its name."""
        return hint.participant_id or self.id_of_name(hint.name)

    def id_of_name(self, name: str) -> str:
        """The only person of a name among those present, or else among all; empty otherwise."""
        bearers = self._ids.get(clean_name(name).casefold(), set())
        here = bearers & self._present or bearers
        return next(iter(here)) if len(here) == 1 else ""

    def terms(self) -> tuple[str, ...]:
        """Everybody's name, for the recogniser."""
        return tuple(name for name in self._names.values() if name)

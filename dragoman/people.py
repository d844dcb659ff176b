"""Who was there, from the first to the last roster."""

from dataclasses import replace

from domain.hints import RosterHint
from domain.people import Participant


class Attendance:
    """Keeps everybody ever seen: the first joining time, and the leaving time once gone."""

    def __init__(self) -> None:
        self._seen: dict[str, Participant] = {}

    def take(self, roster: RosterHint) -> None:
        """Notes who is present now; whoever is missing has left."""
        present = {person.id: person for person in roster.participants}
        for key in self._seen.keys() - present.keys():
            if self._seen[key].left_s is None:
                self._seen[key] = replace(self._seen[key], left_s=roster.at_s)
        for person in present.values():
            known = self._seen.get(person.id)
            joined_s = person.joined_s if known is None else known.joined_s
            self._seen[person.id] = replace(person, joined_s=joined_s, left_s=None)

    def everybody(self) -> tuple[Participant, ...]:
        """All participants in order of their first appearance."""
        return tuple(self._seen.values())

    def at_end(self, end_s: float) -> tuple[Participant, ...]:
        """The same, with the meeting's end as leaving time of those who stayed."""
        return tuple(
            person if person.left_s is not None else replace(person, left_s=end_s)
            for person in self._seen.values()
        )

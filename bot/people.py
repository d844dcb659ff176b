"""Who is in the meeting: from the roster channel; from the tiles whom it never named."""

import re
from dataclasses import replace
from typing import Any

from bot.channels import RosterNews, device
from domain.hints import RosterHint, TileHint
from domain.people import Participant
from domain.text import clean_name

OTHER_BOTS = re.compile(
    r"note[\s-]?taker|notes? by|meeting (?:notes|bot|assistant)|\b(?:otter|fireflies|fathom|"
    r"read|tl;?dv|tactiq|avoma|grain|gong|supernormal|sembly|vexa|attendee|fellow|jamie|"
    r"krisp|notta|bluedot|meetgeek|circleback|granola|recall)(?:\.ai|'s ai|\.me)?\b.*"
    r"(?:\bai\b|bot|assistant|notes?|pilot)|\b(?:otter|read|fireflies)\.ai\b|\bdragoman\b",
    re.IGNORECASE,
)
"""Names of other vendors' bots: they are no company."""


class Roster:
    """Everybody by id, with the times they came and went."""

    def __init__(self, own_name: str) -> None:
        self.count: int | None = None
        """Meet's own head count, where the page shows one."""
        self._own_name = clean_name(own_name)
        self._people: dict[str, Participant] = {}
        self._told: set[str] = set()
        self._streams: dict[int, str] = {}
        self._lit: set[str] = set()
        self._shown: tuple[Participant, ...] = ()

    @property
    def present(self) -> tuple[Participant, ...]:
        """Everybody there now, ourselves included."""
        return tuple(p for p in self._people.values() if p.left_s is None)

    @property
    def everybody(self) -> tuple[Participant, ...]:
        """Everybody who was ever there."""
        return tuple(self._people.values())

    @property
    def own(self) -> Participant | None:
        """Ourselves."""
        return next((p for p in self._people.values() if p.is_self), None)

    @property
    def company(self) -> int:
        """How many people are there beside us and other bots."""
        others = [p for p in self.present if not p.is_self]
        people = [p for p in others if not OTHER_BOTS.search(p.name)]
        unlisted = 0 if self.count is None else self.count - 1 - len(others)
        return len(people) + max(0, unlisted)

    def name(self, participant_id: str) -> str:
        """A participant's name; empty while unknown."""
        person = self._people.get(participant_id)
        return person.name if person else ""

    def by_name(self, name: str) -> Participant | None:
        """The one participant of a name; None where there is none or several."""
        found = [p for p in self.present if p.name.casefold() == name.casefold()]
        return found[0] if len(found) == 1 else None

    def speaker(self, stream: int) -> str | None:
        """The participant of a contributing source."""
        return self._streams.get(stream)

    def channel(self, news: RosterNews, at_s: float) -> RosterHint | None:
        """A roster message; a hint where somebody came, went or changed names."""
        self._streams.update(news.streams)
        for entry in news.people:
            self._told.add(entry.device_id)
            if entry.present:
                self._join(entry.device_id, clean_name(entry.name), entry.is_self, at_s)
            else:
                self._leave(entry.device_id, at_s)
        return self._news(at_s)

    def tiles(self, message: dict[str, Any], at_s: float) -> list[RosterHint | TileHint]:
        """The page's tiles: lit borders, and people whom the channel never named. A lit tile that
        is not there any more is dark."""
        count = message.get("count")
        self.count = count if isinstance(count, int) else None
        hints: list[RosterHint | TileHint] = []
        seen: set[str] = set()
        for tile in message.get("tiles", []):
            person = device(str(tile.get("id", "")))
            if person is None:
                continue
            seen.add(person)
            speaking = bool(tile.get("speaking"))
            if speaking != (person in self._lit):
                (self._lit.add if speaking else self._lit.discard)(person)
                hints.append(TileHint(person, speaking, at_s))
            if person not in self._told:
                name = clean_name(str(tile.get("name", "")))
                own = bool(tile.get("self")) or name.casefold() == self._own_name.casefold()
                self._join(person, name, own and self._may_be_own(person), at_s)
        for unseen in sorted(self._lit - seen):
            self._lit.discard(unseen)
            hints.append(TileHint(unseen, False, at_s))
        for gone in [p.id for p in self.present if p.id not in seen | self._told]:
            self._leave(gone, at_s)
        news = self._news(at_s)
        return [news, *hints] if news else hints

    def _may_be_own(self, participant_id: str) -> bool:
        return self.own is None or self.own.id == participant_id

    def _join(self, participant_id: str, name: str, is_self: bool, at_s: float) -> None:
        known = self._people.get(participant_id)
        if known is None:
            self._people[participant_id] = Participant(participant_id, name, is_self, at_s)
            return
        self._people[participant_id] = replace(
            known, name=name or known.name, is_self=is_self or known.is_self, left_s=None
        )

    def _leave(self, participant_id: str, at_s: float) -> None:
        known = self._people.get(participant_id)
        if known is not None and known.left_s is None:
            self._people[participant_id] = replace(known, left_s=at_s)

    def _news(self, at_s: float) -> RosterHint | None:
        present = self.present
        if present == self._shown:
            return None
        self._shown = present
        return RosterHint(present, at_s)

"""Who is in the meeting: from the roster channel; from the tiles whom it never named."""

import re
from dataclasses import replace
from typing import Any

from bot.channels import RosterNews
from bot.tiles import NAMED, Absences, Tile, read_tiles
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
        self.lit: set[str] = set()
        """Whose tiles are lit now."""
        self._screens: set[str] = set()
        """Devices that are somebody's presentation."""
        self._rooms: dict[str, str] = {}
        self._absences = Absences()
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
        """The participant of a contributing source; None where several share one sound."""
        person = self._streams.get(stream, "")
        room = self._rooms.get(person)
        shared = room is not None and list(self._rooms.values()).count(room) > 1
        return None if shared else person or None

    def channel(self, news: RosterNews, at_s: float) -> RosterHint | None:
        """A roster message; a hint where somebody came, went or changed names."""
        self._streams.update(news.streams)
        for entry in news.people:
            self._told.add(entry.device_id)
            if entry.parent:
                self._people.pop(entry.device_id, None)
                self._screens.add(entry.device_id)
            elif not entry.present:
                self._absences.forget(entry.device_id)
                self._leave(entry.device_id, at_s)
            elif not self._absences.overdue(entry.device_id, at_s):
                name = clean_name(entry.name)
                self._join(entry.device_id, name, entry.is_self, at_s, entry.is_host)
        self._forget_named()
        return self._news(at_s)

    def tiles(self, message: dict[str, Any], at_s: float) -> list[RosterHint | TileHint]:
        """The page's tiles: lit borders, and people whom the channel never named. A lit tile that
        is not there any more is dark."""
        count = message.get("count")
        self.count = count if isinstance(count, int) else None
        shown = {self._who(tile): tile for tile in read_tiles(message)}
        shown.pop("", None)
        self._rooms = {person: tile.room for person, tile in shown.items() if tile.room}
        for person, tile in shown.items():
            if person not in self._told:
                own = tile.own or tile.name.casefold() == self._own_name.casefold()
                self._join(person, tile.name, own and self._may_be_own(person), at_s)
            elif self._absences.away(person):
                self._join(person, "", False, at_s)
        lit = {person for person, tile in shown.items() if tile.speaking}
        changed = sorted(lit ^ self.lit)
        self.lit = lit
        hints = [TileHint(person, person in lit, at_s) for person in changed]
        for gone in self._absences.look(shown, self.present, self._told, self.count, at_s):
            self._leave(gone, at_s)
        news = self._news(at_s)
        return [news, *hints] if news else [*hints]

    def _who(self, tile: Tile) -> str:
        """The participant of a tile; empty for a screen, and for a name that tells nobody."""
        if not tile.id.startswith(NAMED):
            return "" if tile.id in self._screens else tile.id
        if not self._told:
            return tile.id
        person = self.by_name(tile.name)
        return person.id if person else ""

    def _forget_named(self) -> None:
        """Who was known by name only, until the roster told the id."""
        names = {person.name for person in self._people.values() if person.id in self._told}
        for person in list(self._people.values()):
            if person.id.startswith(NAMED) and person.name in names:
                del self._people[person.id]

    def _may_be_own(self, participant_id: str) -> bool:
        return self.own is None or self.own.id == participant_id

    def _join(
        self, participant_id: str, name: str, is_self: bool, at_s: float, host: bool = False
    ) -> None:
        known = self._people.get(participant_id)
        if known is None:
            self._people[participant_id] = Participant(
                participant_id, name, is_self, at_s, host=host
            )
            return
        self._people[participant_id] = replace(
            known,
            name=name or known.name,
            is_self=is_self or known.is_self,
            left_s=None,
            host=host,
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

"""The page's tiles as it reports them, and who of the known has none any more."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from bot.channels import device
from domain.people import Participant
from domain.text import clean_name

NAMED = "name/"
"""Before the name: the id of somebody for whom the page shows none."""
_LAG_S = 120.0
"""So long the roster may go on listing somebody who has left."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile."""

    id: str
    """Meet's device id; where the page has none, NAMED and the name."""
    name: str
    speaking: bool
    own: bool
    room: str
    """The same for all who share one room's sound; empty for everybody else."""


def read_tiles(message: dict[str, Any]) -> list[Tile]:
    """The tiles of a message; what cannot be one is left out."""
    tiles = []
    for entry in message.get("tiles", []):
        said = str(entry.get("id", ""))
        name = clean_name(str(entry.get("name", "")))
        tile_id = device(said) or (said if said.startswith(NAMED) and name else None)
        if tile_id is not None:
            room = str(entry.get("room") or "")[:100]
            speaking, own = bool(entry.get("speaking")), bool(entry.get("self"))
            tiles.append(Tile(tile_id, name, speaking, own, room))
    return tiles


class Absences:
    """Tells who has left by their tile and the head count, before the roster does.

    A tile may also be missing because the stage has no room for it, so nobody is gone whom
    the head count still has room for.
    """

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._gone: dict[str, float] = {}

    def look(
        self,
        seen: Collection[str],
        present: Iterable[Participant],
        listed: Collection[str],
        count: int | None,
        at_s: float,
    ) -> list[str]:
        """Who is gone now: of those `listed` by the roster only whoever had a tile before."""
        self._shown |= set(seen)
        for back in set(seen) & self._gone.keys():
            del self._gone[back]
        here = list(present)
        unseen = [p.id for p in here if p.id not in seen and not p.is_self]
        loose = [person for person in unseen if person not in listed]
        if count is None:
            return loose
        known = [p for p in unseen if p in listed and p in self._shown]
        number = len(here) + (not any(p.is_self for p in here))
        gone = (loose + known)[: max(0, number - count)]
        self._gone |= {person: at_s for person in gone if person in listed}
        return gone

    def away(self, person: str) -> bool:
        """Whether somebody is gone whom the roster may still list."""
        return person in self._gone

    def forget(self, person: str) -> None:
        """The roster knows of it too."""
        self._gone.pop(person, None)

    def overdue(self, person: str, at_s: float) -> bool:
        """Whether the roster lists somebody who is gone already."""
        left_s = self._gone.get(person)
        if left_s is not None and at_s - left_s < _LAG_S:
            return True
        self._gone.pop(person, None)
        return False

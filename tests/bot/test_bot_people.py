"""The roster: tiles that go out, scroll away or belong to people who leave."""

from typing import Any

from bot.people import Roster
from domain.hints import RosterHint, TileHint

ANA, BEN = "spaces/x/devices/1", "spaces/x/devices/2"


def tiles(*lit: tuple[str, bool]) -> dict[str, Any]:
    return {"count": 2, "tiles": [{"id": p, "name": p[-1], "speaking": on} for p, on in lit]}


def test_a_lit_tile_that_is_gone_is_told_to_be_dark_once() -> None:
    roster = Roster("Dragoman")
    first = roster.tiles(tiles((ANA, True), (BEN, False)), 10.0)
    assert first[1:] == [TileHint(ANA, True, 10.0)]
    came, *rest = roster.tiles(tiles((BEN, False)), 12.0)
    assert isinstance(came, RosterHint)
    assert [person.id for person in came.participants] == [BEN]
    assert rest == [TileHint(ANA, False, 12.0)]
    assert roster.tiles(tiles((BEN, False)), 13.0) == []
    back = roster.tiles(tiles((ANA, True), (BEN, False)), 14.0)
    assert back[1:] == [TileHint(ANA, True, 14.0)]


def test_a_tile_is_told_when_it_changes_and_not_again() -> None:
    roster = Roster("Dragoman")
    roster.tiles(tiles((ANA, True)), 1.0)
    assert roster.tiles(tiles((ANA, True)), 2.0) == []
    assert roster.tiles(tiles((ANA, False)), 3.0) == [TileHint(ANA, False, 3.0)]
    assert roster.tiles(tiles(), 4.0) != [TileHint(ANA, False, 4.0)]

"""Who is there: tiles without ids, a roster that lags, screens, rooms that share their sound."""

from typing import Any

from bot.channels import RosterNews, RosterPerson
from bot.people import Roster
from domain.hints import RosterHint, TileHint

OWN, ANNA, BEN = (f"spaces/r/devices/{n}" for n in (9, 1, 2))


def news(*people: RosterPerson, streams: dict[int, str] | None = None) -> RosterNews:
    return RosterNews(people, streams or {})


def person(device: str, name: str, present: bool = True, **facts: Any) -> RosterPerson:
    return RosterPerson(device, name, present, device == OWN, **facts)


EVERYBODY = (person(OWN, "Dragoman"), person(ANNA, "Anna"), person(BEN, "Ben"))


def tiles(*entries: tuple[str, str], count: int | None = None, **facts: Any) -> dict[str, Any]:
    return {"tiles": [{"id": i, "name": n, **facts} for i, n in entries], "count": count}


ALL = ((OWN, "Dragoman"), (ANNA, "Anna"), (BEN, "Ben"))


def times(roster: Roster) -> dict[str, tuple[float, float | None]]:
    return {p.name: (p.joined_s, p.left_s) for p in roster.everybody}


def test_who_has_no_tile_and_is_not_counted_left_before_the_roster_says_so() -> None:
    roster = Roster("Dragoman")
    roster.channel(news(*EVERYBODY), 0.0)
    roster.tiles(tiles(*ALL, count=3), 1.0)
    roster.tiles(tiles(*ALL[:2], count=2), 10.0)
    assert times(roster)["Ben"] == (0.0, 10.0)
    assert roster.channel(news(*EVERYBODY), 20.0) is None
    assert roster.company == 1
    roster.channel(news(person(BEN, "Ben", present=False)), 60.0)
    assert times(roster)["Ben"] == (0.0, 10.0)


def test_who_comes_back_is_there_again_by_tile_or_after_a_while_by_roster() -> None:
    roster = Roster("Dragoman")
    roster.channel(news(*EVERYBODY), 0.0)
    roster.tiles(tiles(*ALL, count=3), 1.0)
    roster.tiles(tiles(*ALL[:2], count=2), 10.0)
    roster.tiles(tiles(*ALL, count=3), 30.0)
    assert times(roster)["Ben"] == (0.0, None)
    roster.tiles(tiles(*ALL[:2], count=2), 40.0)
    assert roster.channel(news(*EVERYBODY), 100.0) is None
    assert roster.channel(news(*EVERYBODY), 170.0) is not None
    assert roster.company == 2


def test_a_tile_that_stays_a_moment_longer_brings_nobody_back() -> None:
    roster = Roster("Dragoman")
    roster.channel(news(*EVERYBODY), 0.0)
    roster.tiles(tiles(*ALL), 1.0)
    roster.channel(news(person(BEN, "Ben", present=False)), 5.0)
    assert roster.tiles(tiles(*ALL, speaking=False), 5.2) == []
    roster.tiles(tiles(*ALL[:2]), 5.4)
    assert times(roster)["Ben"] == (0.0, 5.0)


def test_a_stage_without_room_for_a_tile_does_not_make_people_leave() -> None:
    with_roster, without = Roster("Dragoman"), Roster("Dragoman")
    with_roster.channel(news(*EVERYBODY), 0.0)
    for roster in (with_roster, without):
        roster.tiles(tiles(*ALL, count=3), 1.0)
        roster.tiles(tiles(*ALL[:2], count=3), 5.0)
        assert [p.name for p in roster.present] == ["Dragoman", "Anna", "Ben"]
        roster.tiles(tiles(*ALL[:2], count=2), 9.0)
        assert times(roster)["Ben"][1] == 9.0


def test_tiles_without_ids_are_people_by_name_until_the_roster_tells_their_ids() -> None:
    roster = Roster("Dragoman")
    named = (("name/Dragoman", "Dragoman"), ("name/Anna", "Anna"), ("name/Anna#2", "Anna"))
    roster.tiles(tiles(*named, count=3), 0.0)
    assert [(p.id, p.is_self) for p in roster.present] == [
        ("name/Dragoman", True),
        ("name/Anna", False),
        ("name/Anna#2", False),
    ]
    roster.channel(news(person(OWN, "Dragoman"), person(ANNA, "Anna")), 1.0)
    assert [p.id for p in roster.present] == [OWN, ANNA]
    lit = roster.tiles(tiles(named[1], count=2, speaking=True), 2.0)
    assert lit == [TileHint(ANNA, True, 2.0)]


def test_a_presentation_is_nobody() -> None:
    roster = Roster("Dragoman")
    screen = f"{ANNA}9"
    roster.tiles(tiles(*ALL, (screen, "Anna (Presentation)"), count=3), 0.0)
    roster.channel(news(*EVERYBODY, person(screen, "Anna", parent=ANNA)), 1.0)
    assert [p.id for p in roster.present] == [OWN, ANNA, BEN]
    assert roster.tiles(tiles(*ALL, (screen, "Anna (Presentation)"), count=3), 2.0) == []
    found = roster.by_name("Anna")
    assert found is not None
    assert found.id == ANNA


def test_the_sound_of_a_shared_room_is_nobody_s_own() -> None:
    roster = Roster("Dragoman")
    roster.channel(news(*EVERYBODY, streams={11: ANNA, 12: BEN}), 0.0)
    assert (roster.speaker(11), roster.speaker(12)) == (ANNA, BEN)
    roster.tiles(tiles(*ALL[1:], count=3, room="room-1"), 1.0)
    assert (roster.speaker(11), roster.speaker(99)) == (None, None)
    roster.tiles(tiles(ALL[1], count=3, room="room-1"), 2.0)
    assert roster.speaker(11) == ANNA


def test_what_is_no_tile_is_passed_over() -> None:
    roster = Roster("Dragoman")
    assert roster.tiles(tiles(("devices/1", "Anna"), ("name/", ""), ("", "Ben")), 0.0) == []


def test_a_return_keeps_the_first_time_of_coming() -> None:
    roster = Roster("Dragoman")
    roster.channel(news(person(ANNA, "Anna")), 3.0)
    roster.channel(news(person(ANNA, "Anna", present=False)), 10.0)
    hint = roster.channel(news(person(ANNA, "Anna")), 20.0)
    assert isinstance(hint, RosterHint)
    assert times(roster) == {"Anna": (3.0, None)}

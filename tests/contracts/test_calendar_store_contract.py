"""Every CalendarStore and EventStore does what the ports say."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.calendars import (
    Attendance,
    CalendarChanges,
    CalendarEvent,
    CalendarRecord,
    CalendarStore,
    Decision,
    EventStore,
    KnownEvent,
    Rule,
    Said,
)
from scheduler.memory import MemoryCalendars
from storage.calendars import SqlCalendarStore, SqlEventStore
from storage.database import Database

NOW = datetime(2026, 3, 30, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
WINDOW = (NOW - 12 * HOUR, NOW + 48 * HOUR)
TEAM = CalendarRecord("c1", "ics", "Team", {"join": "all"}, "sealed", "cursor", NOW, NOW, "")
EVENT = CalendarEvent(
    "c1", "e/1", "2026-03-30T09:00:00+00:00", "Plan 世", NOW, NOW + HOUR, "https://x", "Ana",
    ("Ben", "Mei"), declined=True, invites_bot=True,
)  # fmt: skip
OTHER = replace(EVENT, uid="f", occurrence="", start=NOW + HOUR, end=NOW + 2 * HOUR)


@dataclass(frozen=True)
class Stores:
    calendars: CalendarStore
    events: EventStore

    async def known(self) -> dict[str, KnownEvent]:
        found = await self.events.known(*WINDOW)
        return {known.event.key: known for known in found}


@pytest.fixture
async def stores(where: str | Path | None) -> AsyncIterator[Stores]:
    if where is None:
        both = MemoryCalendars()
        yield Stores(both, both)
        return
    async with Database(where) as database:
        yield Stores(SqlCalendarStore(database), SqlEventStore(database))


async def test_calendars_come_back_exactly_and_by_title(stores: Stores) -> None:
    first = CalendarRecord("c2", "google", "A", {})
    for record in (TEAM, first, TEAM):
        await stores.calendars.save(record)
    assert list(await stores.calendars.calendars()) == [first, TEAM]
    await stores.calendars.save(replace(TEAM, error="gone", sealed=""))
    assert (await stores.calendars.calendars())[1].error == "gone"


async def test_rules_are_replaced_in_order(stores: Stores) -> None:
    rules = [
        Rule("b", Decision.SKIP, title="*lunch*"),
        Rule("a", Decision.JOIN, "Team", "ana@*", "", "ben", ("es", "fr"), ("a@x.org", "hook")),
    ]
    await stores.calendars.set_rules(rules)
    assert list(await stores.calendars.rules()) == rules
    await stores.calendars.set_rules(rules[1:])
    assert list(await stores.calendars.rules()) == rules[1:]


async def test_events_come_back_exactly_and_move(stores: Stores) -> None:
    await stores.calendars.save(TEAM)
    await stores.events.apply(TEAM, CalendarChanges([OTHER, EVENT], full=True), WINDOW)
    assert [k.event for k in await stores.events.known(*WINDOW)] == [EVENT, OTHER]
    assert await stores.events.known(NOW + 3 * HOUR, NOW + 4 * HOUR) == []
    later = replace(TEAM, synced_at=NOW + HOUR, cursor="next")
    moved = replace(EVENT, start=NOW + 5 * HOUR, end=NOW + 6 * HOUR)
    await stores.events.apply(later, CalendarChanges([moved, OTHER]), WINDOW)
    known = await stores.known()
    assert known[moved.key] == KnownEvent(moved, NOW + HOUR)
    assert known[OTHER.key].seen_at == NOW, "what did not move was seen when it was"
    assert list(await stores.calendars.calendars()) == [later]


@pytest.mark.parametrize(
    "changes",
    [
        CalendarChanges([OTHER], full=True),
        CalendarChanges([], gone=[EVENT.key, "c1/unknown/"]),
        CalendarChanges([], series=["e/1"]),
    ],
)
async def test_what_has_gone_is_kept_as_cancelled(stores: Stores, changes: CalendarChanges) -> None:
    await stores.calendars.save(TEAM)
    past = replace(OTHER, uid="past", start=NOW - 20 * HOUR, end=NOW - 19 * HOUR)
    await stores.events.apply(TEAM, CalendarChanges([EVENT, OTHER, past]), WINDOW)
    await stores.events.apply(TEAM, changes, WINDOW)
    known = {k.event.uid: k.event for k in await stores.events.known(NOW - 30 * HOUR, WINDOW[1])}
    assert {uid: event.cancelled for uid, event in known.items()} == {
        "e/1": True, "f": False, "past": False,
    }  # fmt: skip
    await stores.events.apply(TEAM, CalendarChanges([EVENT]), WINDOW)
    assert not (await stores.known())[EVENT.key].event.cancelled


async def test_words_and_attendances_outlive_syncs(stores: Stores) -> None:
    await stores.calendars.save(TEAM)
    await stores.events.apply(TEAM, CalendarChanges([EVENT], full=True), WINDOW)
    said = Said(EVENT.key, Decision.JOIN, "Ana", NOW)
    noted = Attendance(EVENT.key, NOW, 2, "m1", "missed", NOW + HOUR, over=True)
    await stores.events.say(replace(said, decision=Decision.SKIP))
    await stores.events.say(said)
    await stores.events.note([replace(noted, tries=1), noted, replace(noted, event_key="no")])
    await stores.events.apply(TEAM, CalendarChanges([], full=True), WINDOW)
    await stores.events.apply(TEAM, CalendarChanges([EVENT], full=True), WINDOW)
    (known,) = (await stores.known()).values()
    assert (known.said, known.attendance) == (said, noted)
    await stores.events.say(replace(said, decision=Decision.UNDECIDED))
    assert (await stores.known())[EVENT.key].said is None


async def test_a_calendar_takes_all_that_is_its_own_along(stores: Stores) -> None:
    other = replace(TEAM, id="c2")
    for record in (TEAM, other):
        await stores.calendars.save(record)
        event = replace(EVENT, calendar_id=record.id)
        await stores.events.apply(record, CalendarChanges([event]), WINDOW)
        await stores.events.say(Said(event.key, Decision.SKIP, "Ana", NOW))
        await stores.events.note([Attendance(event.key, NOW, 1)])
    assert await stores.calendars.remove("c1") is True
    assert await stores.calendars.remove("c1") is False
    assert {known.event.calendar_id for known in (await stores.known()).values()} == {"c2"}
    await stores.events.apply(TEAM, CalendarChanges([EVENT]), WINDOW)
    assert len(await stores.known()) == 1, "a sync that ends late brings nothing back"


async def test_what_is_long_over_is_forgotten(stores: Stores) -> None:
    await stores.calendars.save(TEAM)
    many = [replace(EVENT, uid=f"u{n}", occurrence="") for n in range(1200)]
    await stores.events.apply(TEAM, CalendarChanges([*many, OTHER], full=True), WINDOW)
    await stores.events.apply(TEAM, CalendarChanges([OTHER], gone=[e.key for e in many]), WINDOW)
    assert await stores.events.prune(NOW + 1.5 * HOUR) == 1200
    assert list(await stores.known()) == [OTHER.key]

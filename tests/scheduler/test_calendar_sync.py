"""Polling: whole windows rarely, changes often, and one calendar's trouble stays its own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.calendars import CalendarError, CalendarEvent, CalendarRecord, CalendarSource
from domain.errors import UsageError
from scheduler.calendars.scripted import ScriptedSource
from scheduler.memory import MemoryCalendars
from scheduler.sync import Polling, Syncer

NOW = datetime(2026, 3, 30, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def event(uid: str, hours: float) -> CalendarEvent:
    return CalendarEvent("c1", uid, "", uid, NOW + hours * HOUR, NOW + (hours + 1) * HOUR)


class World:
    def __init__(self) -> None:
        self.now = NOW
        self.store = MemoryCalendars()
        self.sources = {name: ScriptedSource() for name in ("c1", "c2")}
        self.opened: list[str] = []
        self.syncer = Syncer(self.store, self.store, self.open, Polling(), now=lambda: self.now)

    def open(self, record: CalendarRecord) -> CalendarSource:
        self.opened.append(record.id)
        return self.sources[record.id]

    async def uids(self) -> list[str]:
        known = await self.store.known(NOW - 24 * HOUR, NOW + 2400 * HOUR)
        return [each.event.uid for each in known if not each.event.cancelled]


@pytest.fixture
async def world() -> World:
    made = World()
    for name in made.sources:
        await made.store.save(CalendarRecord(name, "scripted", name, {}))
    return made


async def test_everything_first_then_changes_then_everything_in_time(world: World) -> None:
    ours = world.sources["c1"]
    ours.put(event("near", 2))
    ours.put(event("far", 24 * 10))
    await world.syncer.due()
    assert await world.uids() == ["near"]
    ours.put(event("new", 3))
    await world.syncer.due()
    assert await world.uids() == ["near"], "not before its time"
    for day in range(9):
        world.now = NOW + (day * 24 + 0.1) * HOUR
        await world.syncer.due()
    assert await world.uids() == ["near", "new", "far"]
    whole = [cursor == "" for cursor in ours.asked]
    assert (whole[0], sum(whole)) == (True, 2)
    assert world.opened == ["c1", "c2"], "a source knows its way"


async def test_trouble_of_one_is_noted_and_stops_no_other(world: World) -> None:
    world.sources["c1"].trouble = CalendarError("c.example answers with 503.", "Wait.")
    world.sources["c2"].put(replace(event("x", 2), calendar_id="c2"))
    await world.syncer.due()
    assert await world.uids() == ["x"]
    records = {record.id: record for record in await world.store.calendars()}
    assert (records["c1"].error, records["c1"].synced_at) == (
        "c.example answers with 503. Wait.",
        None,
    )
    assert (records["c2"].error, records["c2"].synced_at) == ("", NOW)
    world.sources["c1"].trouble = None
    world.now += HOUR
    await world.syncer.due()
    assert (await world.store.calendars())[0].error == ""


async def test_what_was_known_stays_while_a_calendar_is_out_of_reach(world: World) -> None:
    world.sources["c1"].put(event("a", 2))
    await world.syncer.due()
    world.sources["c1"].trouble = UsageError("no")
    world.now += HOUR
    await world.syncer.due()
    assert await world.uids() == ["a"]
    record = (await world.store.calendars())[0]
    assert (record.cursor, record.error) == ("change 1", "no")


async def test_a_broken_source_is_told_too(world: World) -> None:
    world.sources["c1"].trouble = RuntimeError("bug")  # type: ignore[assignment]
    await world.syncer.due()
    assert "RuntimeError" in (await world.store.calendars())[0].error

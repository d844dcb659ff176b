"""Series made to be endless cost a second each and hide nothing; ordinary ones need no process."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.calendars import CalendarError, CalendarEvent
from scheduler.calendars.expand import expanded
from scheduler.calendars.ical import events_in
from scheduler.calendars.reader import Reader
from scheduler.standins.ics import CALENDAR, ics_event

WINDOW = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 4, 8, tzinfo=UTC))
READER = Reader("c1", own=frozenset({"bot@example.org"}), zone=ZoneInfo("Asia/Tokyo"))
GOOD = ics_event(
    "good",
    DTSTART="20260330T090000",
    SUMMARY="Plan \u4e16",
    ATTENDEE="mailto:bot@example.org",
    LOCATION="https://meet.google.com/abc-defg-hij",
    RRULE="FREQ=MONTHLY;BYMONTHDAY=30",
)


async def read(*events: str) -> list[CalendarEvent]:
    return await expanded([CALENDAR.format("".join(events))], WINDOW, READER)


async def test_both_ways_tell_the_same() -> None:
    aside = await read(GOOD)
    assert aside == events_in([CALENDAR.format(GOOD)], WINDOW, READER)
    assert (aside[0].invites_bot, aside[0].start.hour) == (True, 0)


async def test_an_endless_series_hides_no_other() -> None:
    endless = ics_event(
        "x", DTSTART="20260101T000000Z", RRULE="FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"
    )
    assert [event.uid for event in await read(endless, GOOD)] == ["good"]


async def test_refusals_come_through() -> None:
    with pytest.raises(CalendarError, match="no calendar") as caught:
        await expanded(["<html>BYMONTHDAY=</html>"], WINDOW, READER)
    assert not caught.value.retry

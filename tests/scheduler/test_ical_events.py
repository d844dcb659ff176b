"""iCalendar: recurrence, exceptions, zones, daylight saving, people, and files that are odd."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.calendars import CalendarError, CalendarEvent
from scheduler.calendars.ical import events_in
from scheduler.calendars.reader import Reader
from scheduler.standins.ics import CALENDAR, ics_event

READER = Reader(
    "c1",
    own=frozenset({"bot@example.org"}),
    owners=frozenset({"ana@example.org"}),
    zone=ZoneInfo("America/New_York"),
)
BERLIN = "TZID=Europe/Berlin"
OWN_ZONE = """BEGIN:VTIMEZONE\r
TZID:{name}\r
BEGIN:STANDARD\r
DTSTART:19700101T000000\r
TZOFFSETFROM:{offset}\r
TZOFFSETTO:{offset}\r
END:STANDARD\r
END:VTIMEZONE\r
"""


def read(*events: str, start: str = "2026-03-20", end: str = "2026-04-10") -> list[CalendarEvent]:
    window = (datetime.fromisoformat(start), datetime.fromisoformat(end))
    spans = (window[0].replace(tzinfo=UTC), window[1].replace(tzinfo=UTC))
    return events_in([CALENDAR.format("".join(events))], spans, READER)


def starts(events: list[CalendarEvent]) -> list[str]:
    return [f"{event.start:%m-%d %H:%M}" for event in events]


def test_a_series_keeps_its_hour_over_both_changes_of_clock() -> None:
    weekly = ics_event(
        "w", DTSTART=f";{BERLIN}:20260105T090000", DURATION="PT1H", RRULE="FREQ=WEEKLY"
    )
    spring = read(weekly, start="2026-03-22", end="2026-04-01")
    assert starts(spring) == ["03-23 08:00", "03-30 07:00"]
    autumn = read(weekly, start="2026-10-18", end="2026-10-28")
    assert starts(autumn) == ["10-19 07:00", "10-26 08:00"]
    assert all((event.end - event.start).seconds == 3600 for event in spring + autumn)


def test_exceptions_additions_and_overrides() -> None:
    series = ics_event(
        "s",
        DTSTART=f";{BERLIN}:20260323T090000",
        DTEND=f";{BERLIN}:20260323T093000",
        RRULE="FREQ=DAILY;COUNT=5",
        EXDATE=f";{BERLIN}:20260324T090000",
        RDATE=f";{BERLIN}:20260401T150000",
        SUMMARY="Stand-up",
    )
    moved = ics_event(
        "s",
        RECURRENCE_ID=f";{BERLIN}:20260325T090000",
        DTSTART=f";{BERLIN}:20260325T140000",
        DTEND=f";{BERLIN}:20260325T143000",
        SUMMARY="Stand-up, later",
    )
    off = ics_event(
        "s",
        RECURRENCE_ID=f";{BERLIN}:20260326T090000",
        DTSTART=f";{BERLIN}:20260326T090000",
        STATUS="CANCELLED",
    )
    events = read(series, moved, off)
    assert starts(events) == [
        "03-23 08:00", "03-25 13:00", "03-26 08:00", "03-27 08:00", "04-01 13:00",
    ]  # fmt: skip
    assert [event.cancelled for event in events] == [False, False, True, False, False]
    assert events[1].title == "Stand-up, later"
    assert events[1].occurrence == "2026-03-25T08:00:00+00:00"
    assert len({event.key for event in events}) == 5


def test_an_occurrence_keeps_its_key_when_it_is_moved() -> None:
    series = ics_event("s", DTSTART="20260323T090000Z", RRULE="FREQ=DAILY;COUNT=3")
    moved = ics_event(
        "s", RECURRENCE_ID="20260324T090000Z", DTSTART="20260326T200000Z", DURATION="PT1H"
    )
    before = {event.key for event in read(series)}
    assert {event.key for event in read(series, moved)} == before


def test_a_series_that_ends_or_moves_ahead_of_the_window_is_not_told() -> None:
    ended = ics_event("e", DTSTART="20260101T090000Z", RRULE="FREQ=DAILY;UNTIL=20260301T000000Z")
    far = ics_event("f", DTSTART="20270101T090000Z")
    into = ics_event("s", DTSTART="20250101T090000Z", RRULE="FREQ=YEARLY;COUNT=2")
    pulled = ics_event("s", RECURRENCE_ID="20260101T090000Z", DTSTART="20260330T090000Z")
    assert starts(read(ended, far, into, pulled)) == ["03-30 09:00"]


def test_zones_by_windows_names_and_by_their_own_rules() -> None:
    windows = ics_event("a", DTSTART=";TZID=W. Europe Standard Time:20260330T090000")
    quoted = ics_event("b", DTSTART=';TZID="Eastern Standard Time":20260330T090000')
    own = ics_event("c", DTSTART=";TZID=Our Zone:20260330T090000")
    zone = OWN_ZONE.format(name="Our Zone", offset="+0530")
    assert starts(read(windows, quoted, own, zone)) == ["03-30 03:30", "03-30 07:00", "03-30 13:00"]


def test_two_calendars_may_give_one_name_to_two_zones() -> None:
    event = ics_event("c", DTSTART=";TZID=Mine:20260330T090000")
    one = read(OWN_ZONE.format(name="Mine", offset="+0100"), event)
    other = read(OWN_ZONE.format(name="Mine", offset="+0500"), event)
    assert (starts(one), starts(other)) == (["03-30 08:00"], ["03-30 04:00"])


def test_times_without_a_zone_are_the_calendars() -> None:
    floating = ics_event("f", DTSTART="20260330T090000")
    unknown = ics_event("u", DTSTART=";TZID=Nowhere/Atlantis:20260331T090000")
    assert starts(read(floating, unknown)) == ["03-30 13:00", "03-31 13:00"]
    assert starts(read("X-WR-TIMEZONE:Asia/Tokyo\r\n", floating)) == ["03-30 00:00"]


def test_an_hour_that_is_skipped_or_comes_twice_is_one_event() -> None:
    skipped = ics_event("g", DTSTART=f";{BERLIN}:20260329T023000", DURATION="PT30M")
    assert starts(read(skipped)) == ["03-29 01:30"]
    twice = ics_event("h", DTSTART=f";{BERLIN}:20261025T023000", DURATION="PT30M")
    assert starts(read(twice, start="2026-10-24", end="2026-10-27")) == ["10-25 00:30"]
    nightly = ics_event(
        "n", DTSTART=f";{BERLIN}:20260327T023000", DURATION="PT30M", RRULE="FREQ=DAILY;COUNT=4"
    )
    assert starts(read(nightly)) == ["03-27 01:30", "03-28 01:30", "03-29 01:30", "03-30 00:30"]


def test_days_are_all_day_and_run_in_the_calendars_zone() -> None:
    (event,) = read(ics_event("d", DTSTART=";VALUE=DATE:20260330"))
    assert event.all_day
    assert f"{event.start:%m-%d %H:%M} {event.end:%m-%d %H:%M}" == "03-30 04:00 03-31 04:00"


def test_people_links_and_answers() -> None:
    (event,) = read(
        ics_event(
            "p",
            DTSTART="20260330T090000Z",
            SUMMARY="Plan\\, \\; and \x07<b>more</b>",
            DESCRIPTION="see https://evil.example/abc-defg-hij\\nand more",
            X_GOOGLE_CONFERENCE="https://meet.google.com/abc-defg-hij",
            ORGANIZER=";CN=Ana Ruiz:mailto:Ana@Example.org",
            ATTENDEE=";PARTSTAT=DECLINED;CN=Ana Ruiz:mailto:ana@example.org\r\n"
            "ATTENDEE:MAILTO:Bot@example.org\r\n"
            "ATTENDEE;CUTYPE=ROOM;CN=Room 1:mailto:room@example.org\r\n"
            'ATTENDEE;CN="Ben, B.":mailto:ben@example.org',
        )
    )
    assert event.link == "https://meet.google.com/abc-defg-hij"
    assert event.organiser == "Ana Ruiz <ana@example.org>"
    assert event.attendees == (
        "Ana Ruiz <ana@example.org>", "bot@example.org", "Ben, B. <ben@example.org>",
    )  # fmt: skip
    assert (event.declined, event.invites_bot) == (True, True)
    assert event.title == "Plan, ; and <b>more</b>"


def test_one_bad_event_does_not_hide_the_others() -> None:
    good = ics_event("good", DTSTART="20260330T090000Z")
    assert starts(
        read(
            ics_event("no start", SUMMARY="x"),
            ics_event("nonsense", DTSTART="tomorrow"),
            ics_event("rule", DTSTART="20260330T080000Z", RRULE="FREQ=SOMETIMES"),
            ics_event("flood", DTSTART="20260330T080000Z", RRULE="FREQ=SECONDLY"),
            ics_event("ends first", DTSTART="20260331T080000Z", DTEND="20260330T080000Z"),
            good,
        )
    )[0] == ("03-30 09:00")


@pytest.mark.parametrize("text", ["<html>sign in</html>", "", "BEGIN:VEVENT\r\n", "\x00\x01"])
def test_what_is_no_calendar_is_refused_or_empty(text: str) -> None:
    window = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    try:
        events = events_in([text], window, READER)
    except CalendarError:
        return
    assert events == []

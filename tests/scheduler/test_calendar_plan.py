"""The plan: pure, the same for the same input, one bot per meeting, in time or with a reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import (
    Attendance,
    CalendarEvent,
    CalendarRecord,
    Decision,
    KnownEvent,
    Rule,
    Said,
)
from scheduler.calendars.ical import events_in
from scheduler.calendars.reader import Reader
from scheduler.plan import Gathering, Timing, meetings, plan
from scheduler.standins.ics import CALENDAR, ics_event

NOW = datetime(2026, 3, 30, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEAM = CalendarRecord("c1", "ics", "Team", {"join": "all"})
OTHER = CalendarRecord("c2", "ics", "Other", {"join": "all"})
CALENDARS = {record.id: record for record in (TEAM, OTHER)}
LINK = "https://meet.google.com/abc-defg-hij"


def known(uid: str = "e", calendar: str = "c1", at: int = 60, **more: object) -> KnownEvent:
    start = NOW + at * MINUTE
    event = CalendarEvent(calendar, uid, "", uid, start, start + 60 * MINUTE, link=LINK)
    return KnownEvent(replace(event, **more), NOW - 600 * MINUTE)  # type: ignore[arg-type]


def planned(
    *events: KnownEvent, now: datetime = NOW, rules: tuple[Rule, ...] = ()
) -> list[Gathering]:
    return plan(events, rules, CALENDARS, now, Timing())


def test_a_minute_before_the_start() -> None:
    (gathering,) = planned(known())
    assert (gathering.decision, gathering.join_at) == (Decision.JOIN, NOW + 59 * MINUTE)


def test_late_by_ten_minutes_at_most_and_then_with_a_reason() -> None:
    event = known(at=0)
    (almost,) = planned(event, now=NOW + 9 * MINUTE)
    assert almost.join_at == NOW - MINUTE
    (late,) = planned(event, now=NOW + 10 * MINUTE)
    assert (late.join_at, "no bot was sent in time" in late.missed) == (None, True)
    (unread,) = plan(
        [event], (), {"c1": replace(TEAM, error="x.example answers with 503.")},
        NOW + 10 * MINUTE, Timing(),
    )  # fmt: skip
    assert "503" in unread.missed
    (sudden,) = planned(replace(event, seen_at=NOW + 12 * MINUTE), now=NOW + 12 * MINUTE)
    assert "too late" in sudden.missed


def test_a_person_may_send_a_bot_late_while_the_event_lasts() -> None:
    event = known(at=0)
    said = Said(event.event.key, Decision.JOIN, "Ana", NOW + 40 * MINUTE)
    (gathering,) = planned(replace(event, said=said), now=NOW + 41 * MINUTE)
    assert (gathering.join_at, gathering.missed) == (NOW - MINUTE, "")
    after = replace(said, at=NOW + 70 * MINUTE)
    (over,) = planned(replace(event, said=after), now=NOW + 71 * MINUTE)
    assert (over.join_at, over.missed) == (None, "it was approved too late")


def test_what_was_over_before_it_was_known_is_not_missed() -> None:
    (gathering,) = planned(replace(known(at=-120), seen_at=NOW))
    assert (gathering.decision, gathering.missed) == (Decision.SKIP, "")


def test_nobody_approved() -> None:
    asks = (Rule("ask", Decision.UNDECIDED),)
    (before,) = planned(known(), rules=asks)
    (after,) = planned(known(at=-10), rules=asks)
    assert (before.missed, after.missed) == ("", "nobody approved it in time")


def test_one_meeting_in_two_calendars_is_one() -> None:
    twins = (known("a", "c1"), known("b", "c2"))
    (gathering,) = planned(*twins)
    assert {item.known.event.uid for item in gathering.items} == {"a", "b"}
    declined = replace(twins[0], event=replace(twins[0].event, declined=True))
    (one,) = planned(declined, twins[1])
    assert (one.decision, one.first.known.event.uid) == (Decision.JOIN, "b")
    assert [m.decision for m in meetings([one])] == [Decision.JOIN, Decision.JOIN]
    said = Said(twins[0].event.key, Decision.SKIP, "Ana", NOW)
    (skipped,) = planned(replace(twins[0], said=said), twins[1])
    assert [m.why for m in meetings([skipped])] == ["skipped by Ana", "skipped by Ana (in Team)"]


def test_one_link_at_two_times_is_two() -> None:
    assert len(planned(known("a", at=60), known("b", at=120))) == 2
    assert len(planned(known("a", at=60), known("b", at=119))) == 1


def test_a_bot_that_was_sent_is_not_sent_again() -> None:
    event = known()
    noted = Attendance(event.event.key, event.event.start, 1, "m1")
    (sent,) = planned(replace(event, attendance=noted), now=NOW + 65 * MINUTE)
    assert (sent.join_at, meetings([sent])[0].meeting_id) == (None, "m1")
    again = replace(noted, next_at=NOW + 66 * MINUTE)
    (retried,) = planned(replace(event, attendance=again), now=NOW + 65 * MINUTE)
    assert retried.join_at == NOW + 66 * MINUTE
    moved = replace(event, attendance=noted, event=replace(event.event, start=NOW + 90 * MINUTE))
    (anew,) = planned(moved)
    assert anew.join_at == NOW + 89 * MINUTE


EVENTS = st.builds(
    known,
    st.sampled_from("abcdef"),
    st.sampled_from(["c1", "c2"]),
    st.integers(-60, 60),
    link=st.sampled_from([LINK, LINK.replace("abc", "xyz"), ""]),
    cancelled=st.booleans(),
    declined=st.booleans(),
    invites_bot=st.booleans(),
    all_day=st.booleans(),
)
UNIQUE = st.lists(EVENTS, max_size=8, unique_by=lambda each: each.event.key)


@given(UNIQUE, st.randoms(), st.integers(-90, 90))
def test_a_plan_is_whole_ordered_and_sound(events: list[KnownEvent], rng: object, at: int) -> None:
    now = NOW + at * MINUTE
    gatherings = planned(*events, now=now)
    shuffled = list(events)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert planned(*shuffled, now=now) == gatherings
    shown = meetings(gatherings)
    assert sorted(m.event.key for m in shown) == sorted(e.event.key for e in events)
    assert [m.event.start for m in shown] == sorted(m.event.start for m in shown)
    for gathering in gatherings:
        assert gathering.why
        event = gathering.first.known.event
        if gathering.join_at is not None:
            assert gathering.decision is Decision.JOIN
            assert event.link
            assert not any((event.cancelled, event.declined, event.all_day))
            assert event.start - MINUTE <= gathering.join_at < gathering.until
            assert now < gathering.until
        elif gathering.decision is Decision.JOIN:
            assert gathering.missed
    due = [g for g in gatherings if g.join_at is not None]
    for one in due:
        for other in due:
            if one is not other and one.first.known.event.link == other.first.known.event.link:
                assert abs(one.join_at - other.join_at) >= 60 * MINUTE  # type: ignore[operator]


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.dates(datetime(2026, 1, 1).date(), datetime(2026, 12, 20).date()),  # noqa: DTZ001
    st.integers(4, 22),
)
def test_a_weekly_meeting_is_joined_at_its_local_hour(zone: str, day: object, hour: int) -> None:
    text = ics_event(
        "w", DTSTART=f";TZID={zone}:20251229T{hour:02}0000", DURATION="PT1H",
        RRULE="FREQ=WEEKLY", LOCATION=LINK,
    )  # fmt: skip
    midnight = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=ZoneInfo(zone))
    start, end = (each.astimezone(UTC) for each in (midnight, midnight + timedelta(days=7)))
    window = (start, end)
    events = events_in([CALENDAR.format(text)], window, Reader("c1"))
    assert len(events) == 1
    seen = KnownEvent(events[0], start - timedelta(days=30))
    (gathering,) = plan([seen], (), CALENDARS, start - timedelta(days=1), Timing())
    assert gathering.join_at is not None
    local = (gathering.join_at + MINUTE).astimezone(ZoneInfo(zone))
    assert (local.weekday(), local.hour, local.minute) == (0, hour, 0)

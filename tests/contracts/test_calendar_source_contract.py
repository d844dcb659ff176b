"""Every CalendarSource does what the port says."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, DummyCookieJar

from domain.calendars import CalendarChanges, CalendarEvent, CalendarSource
from scheduler.calendars.caldav import CalDavSource
from scheduler.calendars.google import GoogleSource
from scheduler.calendars.google_auth import Consent
from scheduler.calendars.ics import IcsSource
from scheduler.calendars.reader import Reader
from scheduler.calendars.scripted import ScriptedSource
from scheduler.calendars.web import Login, Web
from scheduler.standins.google import GoogleStandIn
from scheduler.standins.ics import CALENDAR, IcsStandIn, ics_event
from scheduler.standins.radicale import PASSWORD, USER, radicale
from scheduler.standins.serving import served

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
WINDOW = (NOW, NOW + timedelta(days=3))
ONE = CalendarEvent(
    calendar_id="c1",
    uid="one",
    occurrence="",
    title="Plan, the \u4e16 one",
    start=NOW + timedelta(hours=2),
    end=NOW + timedelta(hours=3),
    link="https://meet.google.com/abc-defg-hij",
    organiser="Ana Ruiz <ana@example.org>",
    attendees=("Ben <ben@example.org>", "bot@example.org"),
    invites_bot=True,
)
TWO = replace(ONE, uid="two", title="Later", start=ONE.end, end=ONE.end + timedelta(hours=1))
READER = Reader("c1", own=frozenset({"bot@example.org"}))


@dataclass(frozen=True)
class Case:
    source: CalendarSource
    put: Callable[[CalendarEvent], Awaitable[None]]
    drop: Callable[[CalendarEvent], Awaitable[None]]


def _stamp(when: datetime) -> str:
    return f"{when:%Y%m%dT%H%M%SZ}"


def _as_ics(event: CalendarEvent) -> str:
    people = "".join(
        f"ATTENDEE;CN={name}:mailto:{address}\r\n"
        for name, address in (("Ben", "ben@example.org"), ("bot@example.org", "bot@example.org"))
    )
    text = ics_event(
        event.uid,
        DTSTAMP=_stamp(NOW),
        DTSTART=_stamp(event.start),
        DTEND=_stamp(event.end),
        SUMMARY=event.title.replace(",", "\\,"),
        LOCATION=event.link,
        ORGANIZER=";CN=Ana Ruiz:mailto:ana@example.org",
    )
    return text.replace("END:VEVENT", f"{people}END:VEVENT")


def _as_json(event: CalendarEvent) -> dict[str, object]:
    return {
        "id": event.uid,
        "summary": event.title,
        "start": {"dateTime": event.start.isoformat()},
        "end": {"dateTime": event.end.isoformat()},
        "hangoutLink": event.link,
        "organizer": {"displayName": "Ana Ruiz", "email": "ana@example.org"},
        "attendees": [
            {"displayName": "Ben", "email": "ben@example.org"},
            {"email": "bot@example.org"},
        ],
    }


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        yield Web(http, check=lambda address: None)


async def _scripted() -> AsyncIterator[Case]:
    source = ScriptedSource()

    async def put(event: CalendarEvent) -> None:
        source.put(event)

    async def drop(event: CalendarEvent) -> None:
        source.drop(event.key)

    yield Case(source, put, drop)


async def _ics(web: Web) -> AsyncIterator[Case]:
    server = IcsStandIn()
    server.put()
    there: dict[str, str] = {}

    async def put(event: CalendarEvent) -> None:
        there[event.uid] = _as_ics(event)
        server.put(*there.values())

    async def drop(event: CalendarEvent) -> None:
        del there[event.uid]
        server.put(*there.values())

    async with served(server.app) as address:
        yield Case(IcsSource(f"{address}/calendar.ics", READER, web), put, drop)


async def _google(web: Web) -> AsyncIterator[Case]:
    server = GoogleStandIn(page=1)

    async def put(event: CalendarEvent) -> None:
        server.put(_as_json(event))

    async def drop(event: CalendarEvent) -> None:
        server.cancel(event.uid)

    async with served(server.app) as address:
        access = Consent(web, "id", "secret", "refresh", f"{address}/token")
        base = f"{address}/calendar/v3"
        yield Case(GoogleSource("primary", READER, web, access, base=base), put, drop)


async def _caldav(web: Web, folder: Path) -> AsyncIterator[Case]:
    async with radicale(folder) as server:
        address = await server.make("team")

        async def put(event: CalendarEvent) -> None:
            await server.put(address, f"{event.uid}.ics", CALENDAR.format(_as_ics(event)))

        async def drop(event: CalendarEvent) -> None:
            await server.delete(address, f"{event.uid}.ics")

        login = Login(USER, PASSWORD)
        yield Case(CalDavSource(address, READER, web, login), put, drop)


@pytest.fixture(params=["scripted", "ics", "google", "caldav"])
async def case(request: pytest.FixtureRequest, web: Web, tmp_path: Path) -> AsyncIterator[Case]:
    makers = {
        "scripted": lambda: _scripted(),
        "ics": lambda: _ics(web),
        "google": lambda: _google(web),
        "caldav": lambda: _caldav(web, tmp_path),
    }
    async for each in makers[request.param]():
        yield each
        await each.source.aclose()


def _told(changes: CalendarChanges) -> dict[str, CalendarEvent]:
    return {event.key: event for event in changes.events}


def _is_gone(event: CalendarEvent, changes: CalendarChanges) -> bool:
    """By any of the three ways of telling it."""
    spoken_of = changes.full or event.key in changes.gone or event.uid in changes.series
    return spoken_of and event.key not in _told(changes)


async def test_the_life_of_events(case: Case) -> None:
    source = case.source
    assert (await source.health()).ok
    await case.put(ONE)
    first = await source.sync("", *WINDOW)
    assert first.full
    assert _told(first) == {ONE.key: ONE}

    nothing = await source.sync(first.cursor, *WINDOW)
    assert (list(nothing.events), list(nothing.gone), nothing.full) == ([], [], False)

    moved = replace(ONE, start=ONE.start + timedelta(hours=4), end=ONE.end + timedelta(hours=4))
    await case.put(TWO)
    await case.put(moved)
    second = await source.sync(nothing.cursor, *WINDOW)
    assert _told(second) == {moved.key: moved, TWO.key: TWO}

    await case.drop(TWO)
    third = await source.sync(second.cursor, *WINDOW)
    assert _is_gone(TWO, third)
    assert not _is_gone(moved, third)

    again = await source.sync("", *WINDOW)
    assert again.full
    assert _told(again) == {moved.key: moved}


async def test_a_cursor_that_is_not_known_brings_everything(case: Case) -> None:
    await case.put(ONE)
    if not isinstance(case.source, ScriptedSource):  # whose cursors are its own
        changes = await case.source.sync("-1", *WINDOW)
        assert changes.full
        assert _told(changes) == {ONE.key: ONE}

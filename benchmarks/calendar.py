"""What a calendar of many events costs: python -m benchmarks.calendar [--events 2000].

Each kind of calendar is read into an SQLite file: everything first, then one change. Half of
the events are series. Google is a stand-in on this machine, CalDAV a real Radicale.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar

from domain.calendars import CalendarRecord, CalendarSource
from scheduler.calendars import dav_xml
from scheduler.calendars.caldav import CalDavSource
from scheduler.calendars.google import GoogleSource
from scheduler.calendars.google_auth import Consent
from scheduler.calendars.ics import IcsSource
from scheduler.calendars.reader import Reader
from scheduler.calendars.web import Login, Web
from scheduler.plan import Timing
from scheduler.planner import Planner
from scheduler.standins.google import GoogleStandIn
from scheduler.standins.ics import CALENDAR, IcsStandIn, ics_event
from scheduler.standins.radicale import PASSWORD, USER, Radicale, radicale
from scheduler.standins.serving import served
from scheduler.sync import Polling, Syncer
from storage.calendars import SqlCalendarStore, SqlEventStore
from storage.database import Database

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
READER = Reader("c1")
Change = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """A calendar that is full, and a way to change one event of it."""

    source: CalendarSource
    change: Change


def event(number: int, *, later: bool = False) -> str:
    """One event within the window of a first sync; every other one is a series."""
    start = NOW + timedelta(hours=1 + number % 160, minutes=30 * later)
    zone = "Europe/Berlin"
    more = {"RRULE": "FREQ=WEEKLY"} if number % 2 else {}
    return ics_event(
        f"e{number}@example.org",
        DTSTAMP=f"{NOW:%Y%m%dT%H%M%SZ}",
        DTSTART=f";TZID={zone}:{start:%Y%m%dT%H%M%S}",
        DURATION="PT1H",
        SUMMARY=f"Meeting {number}",
        LOCATION=f"https://meet.google.com/abc-{number:04}-xyz".translate(
            str.maketrans("0123456789", "abcdefghij")
        ),
        ORGANIZER=";CN=Ana Ruiz:mailto:ana@example.org",
        ATTENDEE=";CN=Ben Kim:mailto:ben@example.org",
        **more,
    )


@asynccontextmanager
async def ics(count: int, web: Web, _folder: Path) -> AsyncIterator[Case]:
    """An ICS file."""
    server = IcsStandIn()
    server.put(*(event(n) for n in range(count)))

    async def change() -> None:
        server.put(event(0, later=True), *(event(n) for n in range(1, count)))

    async with served(server.app) as address:
        yield Case(IcsSource(f"{address}/calendar.ics", READER, web), change)


async def _warm(server: Radicale, calendar: str) -> None:
    """Lets the server read its files for the first time, which is its own affair."""
    window = dav_xml.window_query(NOW - timedelta(hours=12), NOW + timedelta(days=8))
    for method, depth, body in (("PROPFIND", "0", dav_xml.ABOUT), ("REPORT", "1", window)):
        asked = server.http.request(
            method, calendar, data=body, headers={"Depth": depth}, timeout=ClientTimeout(None)
        )
        async with asked as answer:
            assert answer.status == 207
            await answer.read()


@asynccontextmanager
async def caldav(count: int, web: Web, folder: Path) -> AsyncIterator[Case]:
    """A Radicale server."""
    home = folder / "files" / "collection-root" / USER / "team"
    home.mkdir(parents=True)
    (home / ".Radicale.props").write_text(json.dumps({"tag": "VCALENDAR", "D:displayname": "Team"}))
    for number in range(count):
        (home / f"e{number}.ics").write_text(CALENDAR.format(event(number)))
    async with radicale(folder) as server:
        team = f"{server.address}/{USER}/team/"
        login = Login(USER, PASSWORD)
        await _warm(server, team)

        async def change() -> None:
            await server.put(team, "new.ics", CALENDAR.format(event(count + 1)))

        yield Case(CalDavSource(team, READER, web, login), change)


@asynccontextmanager
async def google(count: int, web: Web, _folder: Path) -> AsyncIterator[Case]:
    """A stand-in for Google's API, with pages of 250."""
    server = GoogleStandIn(page=250)

    def put(number: int, hours: int) -> None:
        start = NOW + timedelta(hours=hours)
        server.put(
            {
                "id": f"e{number}",
                "summary": f"Meeting {number}",
                "start": {"dateTime": start.isoformat()},
                "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
                "hangoutLink": "https://meet.google.com/abc-defg-hij",
                "attendees": [{"email": "ben@example.org", "displayName": "Ben Kim"}],
            }
        )

    for number in range(count):
        put(number, 1 + number % 160)

    async def change() -> None:
        put(0, 5)

    async with served(server.app) as address:
        access = Consent(web, "id", "secret", "refresh", f"{address}/token")
        base = f"{address}/calendar/v3"
        yield Case(GoogleSource("primary", READER, web, access, base=base), change)


def _cpu_s() -> float:
    """CPU time of this process and of its children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


async def measure(name: str, case: Case, folder: Path) -> None:
    """Prints the seconds of a first sync, of one without and of one with a change, and of a
    plan."""
    async with Database(folder / f"{name}.db") as database:
        calendars, events = SqlCalendarStore(database), SqlEventStore(database)
        syncer = Syncer(calendars, events, lambda record: case.source, Polling())
        record = CalendarRecord("c1", name, "Team", {"join": "all"})
        await calendars.save(record)

        async def timed() -> str:
            nonlocal record
            began, cpu = time.perf_counter(), _cpu_s()
            record = await syncer.sync(record)
            return f"{time.perf_counter() - began:.2f} s ({_cpu_s() - cpu:.2f} s of CPU)"

        first, nothing = await timed(), await timed()
        await case.change()
        changed = await timed()
        began = time.perf_counter()
        planned = await Planner(calendars, events, Timing()).planned(
            NOW - timedelta(hours=12), NOW + timedelta(hours=24)
        )
        plan = time.perf_counter() - began
        known = len(await events.known(NOW - timedelta(days=1), NOW + timedelta(days=30)))
    print(
        f"{name:8} {known:5} events: first {first}, nothing new {nothing}, "
        f"one change {changed}, plan of {len(planned)} meetings {plan:.3f} s"
    )


KINDS = {"ics": ics, "caldav": caldav, "google": google}


async def run(count: int, kinds: Sequence[str]) -> None:
    """One kind after the other."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        web = Web(http, check=lambda address: None)
        for name in kinds:
            with tempfile.TemporaryDirectory() as folder:
                async with KINDS[name](count, web, Path(folder)) as case:
                    await measure(name, case, Path(folder))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    args = parser.parse_args()
    asyncio.run(run(args.events, args.kinds))


if __name__ == "__main__":
    main()

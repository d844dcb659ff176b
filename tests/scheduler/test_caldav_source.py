"""CalDAV against a real Radicale: finding, changes, series, forgotten tokens, hostile XML."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web as pages

from domain.calendars import CalendarError
from scheduler.calendars import dav_xml
from scheduler.calendars.caldav import CalDavSource
from scheduler.calendars.reader import Reader
from scheduler.calendars.web import Login, Web
from scheduler.standins.ics import CALENDAR, ics_event
from scheduler.standins.radicale import PASSWORD, USER, Radicale, radicale
from scheduler.standins.serving import served

WINDOW = (datetime(2026, 3, 22, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))
LOGIN = Login(USER, PASSWORD)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Radicale]:
    async with radicale(tmp_path) as running:
        yield running


def source(address: str, web: Web, login: Login = LOGIN) -> CalDavSource:
    return CalDavSource(address, Reader("c1"), web, login)


async def test_a_series_is_followed(server: Radicale, web: Web) -> None:
    team = await server.make("team")
    whole = ics_event(
        "s",
        DTSTAMP="20260101T000000Z",
        DTSTART=";TZID=Europe/Berlin:20260323T090000",
        DURATION="PT1H",
        RRULE="FREQ=WEEKLY",
        ATTENDEE=f";PARTSTAT=DECLINED:mailto:{USER}",
    )
    await server.put(team, "odd name ä%.ics", CALENDAR.format(whole))
    ours = source(team, web)
    first = await ours.sync("", *WINDOW)
    assert [f"{e.start:%d %H}" for e in first.events] == ["23 08", "30 07"]
    assert all(event.declined for event in first.events), "the login tells the owner"

    less = whole.replace("END:VEVENT", "EXDATE;TZID=Europe/Berlin:20260330T090000\r\nEND:VEVENT")
    await server.put(team, "odd name ä%.ics", CALENDAR.format(less))
    second = await source(team, web).sync(first.cursor, *WINDOW)
    assert [f"{e.start:%d %H}" for e in second.events] == ["23 08"]
    assert (list(second.series), second.full) == (["s"], False)

    await server.delete(team, "odd name ä%.ics")
    third = await source(team, web).sync(second.cursor, *WINDOW)
    assert (list(third.events), list(third.series), third.full) == ([], ["s"], False)


async def test_a_token_that_is_forgotten_brings_everything(server: Radicale, web: Web) -> None:
    team = await server.make("team")
    event = ics_event("a", DTSTAMP="20260101T000000Z", DTSTART="20260330T090000Z")
    await server.put(team, "a.ics", CALENDAR.format(event))
    first = await source(team, web).sync("", *WINDOW)
    token = "http://radicale.org/ns/sync/" + "0" * 64
    known = first.cursor.split('"token": "')[1].split('"')[0]
    again = await source(team, web).sync(first.cursor.replace(known, token), *WINDOW)
    assert (again.full, len(again.events)) == (True, 1)


async def test_the_calendar_is_found_from_the_server(server: Radicale, web: Web) -> None:
    team = await server.make("team")
    ours = source(f"{server.address}/", web)
    assert (await ours.health()).found == "Team"
    assert (await ours.sync("", *WINDOW)).full
    await server.make("other")
    with pytest.raises(CalendarError, match="2 calendars") as caught:
        await source(f"{server.address}/", web).sync("", *WINDOW)
    assert "/team/" in caught.value.remedy
    with pytest.raises(CalendarError, match="refuses"):
        await source(team, web, Login(USER, "wrong")).sync("", *WINDOW)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        b"<html>sign in",
        b"",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
    ],
)
def test_hostile_xml_is_refused(body: bytes) -> None:
    with pytest.raises(CalendarError):
        dav_xml.read(body)


async def test_digest_and_servers_without_tokens(web: Web) -> None:
    """A server that knows digest only, and tells its state by a ctag."""
    asked: list[str] = []
    event = CALENDAR.format(ics_event("a", DTSTART="20260330T090000Z"))
    props = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><s:getctag>1</s:getctag>"

    async def answer(request: pages.Request) -> pages.Response:
        asked.append(request.method)
        if not request.headers.get("Authorization", "").startswith('Digest username="ana'):
            challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
            return pages.Response(status=401, headers={"WWW-Authenticate": challenge})
        inner = (
            props if request.method == "PROPFIND" else f"<c:calendar-data>{event}</c:calendar-data>"
        )
        text = (
            '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" '
            'xmlns:s="http://calendarserver.org/ns/"><d:response><d:href>/cal/</d:href>'
            f"<d:propstat><d:prop>{inner}</d:prop><d:status>HTTP/1.1 200 OK</d:status>"
            "</d:propstat></d:response></d:multistatus>"
        )
        return pages.Response(status=207, text=text, content_type="application/xml")

    app = pages.Application()
    app.router.add_route("*", "/cal/", answer)
    async with served(app) as address:
        ours = source(f"{address}/cal/", web)
        first = await ours.sync("", *WINDOW)
        asked.clear()
        again = await ours.sync(first.cursor, *WINDOW)
    assert (first.full, [e.uid for e in first.events]) == (True, ["a"])
    assert (again.full, list(again.events), asked) == (False, [], ["PROPFIND"])

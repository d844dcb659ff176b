"""ICS addresses: what is fetched, when, and what is refused."""

import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web as pages

import scheduler.calendars.web as web_module
from domain.calendars import CalendarError
from domain.errors import UsageError
from scheduler.calendars.ics import IcsSource, decoded, plain_address
from scheduler.calendars.reader import Reader
from scheduler.calendars.web import Login, Web
from scheduler.standins.ics import IcsStandIn, ics_event
from scheduler.standins.serving import served

WINDOW = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC))
EVENT = ics_event("a", DTSTART="20260330T090000Z", SUMMARY="Besprechung über Größe")


@pytest.fixture
def server() -> IcsStandIn:
    stand_in = IcsStandIn()
    stand_in.put(EVENT)
    return stand_in


@pytest.fixture
async def address(server: IcsStandIn) -> AsyncIterator[str]:
    async with served(server.app) as at:
        yield at


def source(address: str, web: Web, path: str = "calendar.ics") -> IcsSource:
    return IcsSource(f"{address}/{path}", Reader("c1"), web)


async def test_what_did_not_change_is_not_read_again(
    server: IcsStandIn, address: str, web: Web
) -> None:
    ours = source(address, web)
    first = await ours.sync("", *WINDOW)
    again = await ours.sync(first.cursor, *WINDOW)
    assert (len(first.events), first.full, list(again.events), again.full) == (1, True, [], False)
    assert "If-None-Match" in server.asked[1]
    assert again.cursor == first.cursor


async def test_a_server_without_tags_is_compared_by_content(
    server: IcsStandIn, address: str, web: Web
) -> None:
    server.tagged = False
    ours = source(address, web)
    first = await ours.sync("", *WINDOW)
    again = await ours.sync(first.cursor, *WINDOW)
    assert (again.full, list(again.events)) == (False, [])
    server.put(EVENT, ics_event("b", DTSTART="20260331T090000Z"))
    changed = await ours.sync(again.cursor, *WINDOW)
    assert (changed.full, len(changed.events)) == (True, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_encodings(server: IcsStandIn, address: str, web: Web, encoding: str) -> None:
    server.body = server.body.decode().encode(encoding)
    server.headers = {"Content-Type": "text/calendar"}
    (event,) = (await source(address, web).sync("", *WINDOW)).events
    assert event.title == "Besprechung über Größe"


async def test_packed_files_are_unpacked(server: IcsStandIn, address: str, web: Web) -> None:
    plain = server.body
    server.body = gzip.compress(plain)
    assert len((await source(address, web).sync("", *WINDOW)).events) == 1
    server.headers["Content-Encoding"] = "gzip"
    assert len((await source(address, web).sync("", *WINDOW)).events) == 1


def test_a_packed_file_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CalendarError, match="too large"):
        decoded(gzip.compress(b"x" * 60_000_000))
    with pytest.raises(CalendarError, match="damaged"):
        decoded(b"\x1f\x8b nonsense")


async def test_large_answers_are_cut_off(
    server: IcsStandIn, address: str, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_module, "MAX_BYTES", 100_000)
    server.body = b"x" * 200_000
    with pytest.raises(CalendarError, match="larger"):
        await source(address, web).sync("", *WINDOW)


@pytest.mark.parametrize(("status", "retry"), [(404, False), (401, False), (503, True)])
async def test_refusals_say_whether_waiting_helps(
    server: IcsStandIn, address: str, web: Web, status: int, retry: bool
) -> None:
    server.status = status
    with pytest.raises(CalendarError) as caught:
        await source(address, web).sync("", *WINDOW)
    assert (caught.value.retry, str(status) in caught.value.message) == (retry, True)
    assert "calendar.ics" not in str(caught.value)
    assert not (await source(address, web).health()).ok


async def test_a_page_is_no_calendar(server: IcsStandIn, address: str, web: Web) -> None:
    server.body = b"<!DOCTYPE html><title>Sign in</title>"
    with pytest.raises(CalendarError, match="no calendar"):
        await source(address, web).sync("", *WINDOW)


async def test_redirects_are_followed_and_checked(
    server: IcsStandIn, address: str, web: Web
) -> None:
    server.redirect = f"{address}/calendar.ics"
    assert len((await source(address, web, "moved.ics").sync("", *WINDOW)).events) == 1
    server.redirect = "http://forbidden.example/"
    with pytest.raises(UsageError, match="forbidden"):
        await source(address, web, "moved.ics").sync("", *WINDOW)
    server.redirect = f"{address}/moved.ics"
    with pytest.raises(CalendarError, match="next"):
        await source(address, web, "moved.ics").sync("", *WINDOW)


async def test_nobody_there(web: Web) -> None:
    with pytest.raises(CalendarError) as caught:
        await source("http://127.0.0.1:1", web).sync("", *WINDOW)
    assert caught.value.retry


async def test_a_password_is_not_told_to_another_host(web: Web) -> None:
    told: list[str] = []

    async def asks(request: pages.Request) -> pages.Response:
        told.append(request.headers.get("Authorization", ""))
        if request.path == "/start" and told[-1]:
            return pages.Response(status=302, headers={"Location": f"{other}/end"})
        headers = {"WWW-Authenticate": 'Basic realm="x"'}
        return pages.Response(status=401, headers=headers)

    def app() -> pages.Application:
        made = pages.Application()
        made.router.add_get("/{any}", asks)
        return made

    async with served(app()) as first, served(app()) as other:
        answer = await web.ask("GET", f"{first}/start", login=Login("ana", "päss"))
    assert answer.status == 401
    assert told == ["", "Basic YW5hOnDDpHNz", ""]


def test_webcal_is_https() -> None:
    assert plain_address(" webcal://a.example/b.ics?k=1 ") == "https://a.example/b.ics?k=1"
    assert plain_address("https://a.example/b%2Fc.ics") == "https://a.example/b%2Fc.ics"

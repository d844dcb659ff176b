"""The dashboard behind the real guard: its forms and scripts bring what the guard asks for."""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, FormData

from domain.accounts import Role
from storage.account_memory import memory_access_stores
from web.auth.served import Tried, guarded
from web.pages.dashboard import Dashboard
from web.scripted import Office
from web.scripted_data import LIVE, OVER
from web.scripted_site import scripted_desks

JSON = {"Accept": "application/json"}


@pytest.fixture
async def tried() -> AsyncIterator[Tried]:
    async with guarded(memory_access_stores(), Dashboard(scripted_desks(Office())).routes()) as it:
        yield it


async def _token(http: ClientSession, path: str = "/") -> str:
    text = await (await http.get(path)).text()
    found = set(re.findall(r'(?:name="_csrf" value|csrf-token" content)="([^"]+)"', text))
    assert len(found) == 1
    return str(found.pop())


async def test_forms_and_scripts_of_an_operator_get_through(tried: Tried) -> None:
    async with tried.browser(Role.OPERATOR) as http:
        token = await _token(http)
        link = {"link": "https://meet.google.com/xyz-abcd-efg"}
        assert (await http.post("/invite", data=link)).status == 403
        sent = await http.post("/invite", data={**link, "_csrf": token}, allow_redirects=False)
        assert (sent.status, sent.headers["Location"]) == (303, "/meetings/new-0001")
        renamed = await http.post(
            f"/meetings/{OVER}/speakers", data={"speaker": "p2", "name": "Benjamin"},
            headers={**JSON, "X-CSRF-Token": token},
        )  # fmt: skip
        assert await renamed.json() == {"count": 4, "name": "Benjamin"}
        form = FormData({"_csrf": token})
        form.add_field("file", b"word\n" * 40_000, filename="terms.csv")
        assert (await http.post("/glossary/file", data=form)).status == 200
        refused = await http.post("/calendars", data={"_csrf": token, "kind": "ics"})
        assert refused.status == 403


async def test_a_viewer_reads_and_follows(tried: Tried) -> None:
    async with tried.browser(Role.VIEWER) as http:
        page = await http.get("/")
        assert page.status == 200
        assert "viewer</a>" in await page.text()
        async with http.ws_connect(f"/meetings/{LIVE}/events") as socket:
            assert (await socket.receive_json(timeout=5))[0]["type"] == "snapshot"
        sent = await http.post("/invite", data={"_csrf": await _token(http, "/meetings/" + OVER)})
        assert sent.status == 403


async def test_nobody_is_led_to_sign_in(tried: Tried) -> None:
    async with tried.browser() as http:
        answer = await http.get("/meetings", allow_redirects=False)
        assert answer.headers["Location"].startswith("/sign-in")
        assert (await http.get("/static/app/app.css")).status == 200

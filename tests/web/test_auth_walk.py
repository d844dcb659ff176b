"""Every route of every table, asked by who may not use it."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from domain.accounts import Role
from storage.account_memory import memory_access_stores
from web.api import scripted as api
from web.api.routes import api_routes
from web.auth.guard import Guard
from web.auth.rules import AuthRules
from web.auth.served import Tried, guarded
from web.auth.table import OPEN
from web.auth.walk import Doors, holes
from web.pages.dashboard import Dashboard
from web.routes import Needs
from web.scripted import Office, ScriptedMeetings, ScriptedNotes, ScriptedTranscripts
from web.scripted_live import ScriptedLive
from web.scripted_site import scripted_desks
from web.viewers.table import ViewerPorts, Viewers

RULES = AuthRules(per_minute=1_000_000, guesses=1_000_000)

OPEN_TO_EVERYBODY = OPEN | {
    ("GET", "/static/app/{name}"),
    ("GET", "/static/live/{name}"),
    ("GET", "/static/viewer/{name}"),
    ("GET", "/j/{code}"),
}
"""One by one; whoever adds a route that is open to everybody names it here."""


@pytest.fixture
async def tried() -> AsyncIterator[Tried]:
    stores, office = memory_access_stores(), Office()
    viewers = Viewers(
        ViewerPorts(
            ScriptedLive(),
            ScriptedMeetings(office),
            ScriptedTranscripts(office),
            ScriptedNotes(office),
            Guard(stores, bytes(32)).passes,
        )
    )
    routes = [
        *Dashboard(scripted_desks(office)).routes(),
        *viewers.routes(),
        *api_routes(api.scripted_desks(office)),
    ]
    async with guarded(stores, routes, RULES) as served:
        yield served


async def test_every_route_is_guarded(tried: Tried) -> None:
    cookies = await tried.cookies(Role.OWNER)
    doors = Doors(tried.address, OPEN_TO_EVERYBODY, tried.tokens, cookies)
    assert await holes(tried.routes, doors) == []


async def test_no_route_is_told_twice(tried: Tried) -> None:
    times = Counter((route.method, route.path) for route in tried.routes)
    assert [key for key, count in times.items() if count > 1] == []
    assert {route.needs for route in tried.routes} == set(Needs)

"""The API on a real database, with real tokens, links and a courier that sends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from domain.meetings import Meeting, MeetingState
from dragoman.client import Dragoman, DragomanProblem, verified
from dragoman.groups.access import AccessGroup
from dragoman.serve.access import Access, open_access
from dragoman.serve.outgoing import open_answers, open_webhooks
from dragoman.settings import load_settings
from storage.accounts import sql_access_stores
from storage.database import Database
from storage.meetings import SqlMeetingStore
from web.api.pass_links import PassLinks
from web.api.routes import api_routes
from web.api.scripted import scripted_desks
from web.auth.passes import PassState
from web.routes import add_routes
from web.scripted_data import LIVE
from web.viewers.rules import ViewerRules

NOW = datetime.now(UTC)
Owner = Callable[[Database], Awaitable[str]]


class Receiver:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def take(self, request: web.Request) -> web.Response:
        shown = request.headers["Dragoman-Signature"]
        self.got.put_nowait((shown, await request.read()))
        return web.Response(status=204)


class Site:
    """An installation, and somebody who listens."""

    def __init__(self, url: str, token: str, access: Access) -> None:
        self.url, self.token, self.access = url, token, access
        self.receiver = Receiver()
        self.hook = ""


@pytest.fixture
async def site(tmp_path: Path, owner: Owner) -> AsyncIterator[Site]:
    settings = load_settings(overrides={"data": str(tmp_path)})
    async with Database(tmp_path / "d.db") as database:
        asked = Meeting(LIVE, "l", "c", "n", (), MeetingState.REQUESTED, NOW)
        await SqlMeetingStore(database).create(asked)
        token = await owner(database)
        group = AccessGroup(fetch_hosts=("127.0.0.1",))
        access = open_access(settings, group, sql_access_stores(database))
        async with open_webhooks(database, access) as webhooks:
            desks = replace(
                scripted_desks(),
                key=access.key,
                answers=open_answers(database, access),
                webhooks=webhooks,
                deliveries=webhooks,
                links=PassLinks(access.guard.passes, ViewerRules()),
                now=lambda: datetime.now(UTC),
            )
            app = web.Application()
            access.guard.install(app)
            add_routes(app, api_routes(desks))
            site = Site("", token, access)
            there = web.Application()
            there.router.add_post("/hook", site.receiver.take)
            async with TestServer(app) as server, TestServer(there) as other:
                site.url, site.hook = str(server.make_url("")), str(other.make_url("/hook"))
                yield site


async def test_a_webhook_is_added_and_hears(site: Site) -> None:
    body = {"url": site.hook, "events": ["meeting.ended"]}
    async with Dragoman(site.url, site.token) as dragoman:
        hook = await dragoman.call("POST", "/webhooks", body=body)
        sent = await dragoman.call("POST", f"/webhooks/{hook['id']}/ping")
        shown, told = await asyncio.wait_for(site.receiver.got.get(), 10)
        message = verified(hook["secret"], shown, told)
        assert message is not None
        assert (message["id"], message["event"]) == (sent["event_id"], "ping")
        path = f"/webhooks/{hook['id']}/deliveries"
        async with asyncio.timeout(10):
            while True:
                (kept,) = (await dragoman.call("GET", path))["deliveries"]
                if kept["state"] == "delivered":
                    break
        assert (kept["id"], kept["status"]) == (sent["id"], 204)
        with pytest.raises(DragomanProblem, match="network"):
            await dragoman.call("POST", "/webhooks", body={**body, "url": "http://10.0.0.1/"})


async def test_a_secret_is_given_again_but_kept_sealed(site: Site, tmp_path: Path) -> None:
    body = {"url": site.hook, "events": ["notes.ready"]}
    async with Dragoman(site.url, site.token) as dragoman:
        headers = {"Authorization": f"Bearer {site.token}", "Idempotency-Key": "k"}
        answers = []
        async with ClientSession(f"{site.url}/", headers=headers) as http:
            for _ in range(2):
                async with http.post("api/v1/webhooks", json=body) as answer:
                    assert answer.status == 201
                    answers.append(await answer.text())
        assert answers[0] == answers[1]
        assert len((await dragoman.call("GET", "/webhooks"))["webhooks"]) == 1
    secret = json.loads(answers[0])["secret"].encode()
    for path in await asyncio.to_thread(lambda: list(tmp_path.iterdir())):
        assert secret not in await asyncio.to_thread(path.read_bytes)


async def test_a_viewer_link_opens_until_it_is_revoked(site: Site) -> None:
    async with Dragoman(site.url, site.token) as dragoman:
        link = await dragoman.call("POST", f"/meetings/{LIVE}/viewer-links")
        token = urlsplit(link["url"]).path.removeprefix("/v/")
        passes = site.access.guard.passes
        assert (await passes.read(token)).state is PassState.GOOD
        await dragoman.call("DELETE", f"/meetings/{LIVE}/viewer-links")
        assert (await passes.read(token)).state is PassState.REVOKED
        late = {"expires_at": "2999-01-01T00:00:00Z"}
        with pytest.raises(DragomanProblem, match="too long"):
            await dragoman.call("POST", f"/meetings/{LIVE}/viewer-links", body=late)

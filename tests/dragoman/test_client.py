"""The Python client against the real API on scripted desks."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestServer

from domain.account_ports import AccessStores
from domain.accounts import Account, ApiToken, Role
from dragoman import client as clients
from dragoman.client import Dragoman, DragomanProblem, DragomanSync
from web.api.routes import api_routes
from web.api.scripted import scripted_desks
from web.auth.codes import digest
from web.auth.guard import Guard
from web.auth.rules import AuthRules
from web.routes import add_routes
from web.scripted import Office
from web.scripted_data import LIVE, OVER
from web.scripted_live import ScriptedLive

THEN = datetime(2026, 1, 1, tzinfo=UTC)


class Tokens:
    """One token, `good`."""

    async def find(self, found: str) -> tuple[ApiToken, Account] | None:
        if digest("good") != found:
            return None
        token = ApiToken("t", "a", "for tests", Role.OWNER, THEN)
        return token, Account("a", "Ana", Role.OWNER, THEN)

    async def used(self, times: Mapping[str, datetime]) -> None:
        return None

    async def seen(self, times: Mapping[str, datetime], now: datetime) -> None:
        return None


class Site:
    """A server that breaks when it is told to."""

    def __init__(self) -> None:
        self.office, self.live = Office(), ScriptedLive()
        self.breaks = 0
        self.url = ""
        self.seen: list[str] = []

    def application(self) -> web.Application:
        tokens: Any = Tokens()
        app = web.Application(middlewares=[self.breaking()])
        stores = AccessStores(tokens, tokens, tokens, tokens, tokens)
        Guard(stores, b"k" * 32, AuthRules(per_minute=60_000)).install(app)
        add_routes(app, api_routes(scripted_desks(self.office, self.live)))
        return app

    def breaking(self) -> Any:
        @web.middleware
        async def middleware(request: web.Request, handler: Any) -> web.StreamResponse:
            self.seen.append(request.headers.get("Idempotency-Key", ""))
            answer: web.StreamResponse = await handler(request)
            if self.breaks:
                # It was done, but nobody learns of it.
                self.breaks -= 1
                assert request.transport is not None
                request.transport.abort()
            return answer

        return middleware


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "PAUSES_S", (0.01, 0.01))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    async with TestServer(site.application()) as server:
        site.url = str(server.make_url(""))
        yield site


async def test_a_meeting_from_invitation_to_export(site: Site) -> None:
    async with Dragoman(site.url, "good") as dragoman:
        meeting = await dragoman.invite("abc-defg-hij", languages=["es"], name="Scribe")
        assert (await dragoman.meeting(meeting["id"]))["name"] == "Scribe"
        assert meeting["id"] in [each["id"] async for each in dragoman.meetings(limit=2)]
        await dragoman.pause(LIVE)
        await dragoman.pause(LIVE, False)
        await dragoman.leave(LIVE)
        segments = [each async for each in dragoman.transcript(OVER, limit=5, words=True)]
        assert len(segments) > 5
        assert segments[0]["words"]
        assert b"Ana Ruiz" in await dragoman.export(OVER, "srt", language=["es", "fr"])
        assert [hit["excerpt"] async for hit in dragoman.search("budget", limit=1)]
        assert (await dragoman.notes(OVER))["summary"]
        assert (await dragoman.notes(OVER, make=True))["summary"]
        assert (await dragoman.ask(OVER, "Who books the flights?"))["citations"]
        rules = await dragoman.call("GET", "/rules")
        assert await dragoman.call("PUT", "/rules", body=rules) == rules
    orders = [order for order, _ in site.office.asked]
    assert orders == ["invite", "pause", "pause", "leave", "ask"]


async def test_a_problem_is_told(site: Site) -> None:
    async with Dragoman(site.url, "good") as dragoman:
        with pytest.raises(DragomanProblem, match=r"422: .*fit") as caught:
            await dragoman.call("GET", "/meetings", limit=0)
        assert caught.value.errors[0]["pointer"] == "/limit"
        with pytest.raises(DragomanProblem, match="404"):
            await dragoman.meeting("../me")
    async with Dragoman(site.url, "bad") as dragoman:
        with pytest.raises(DragomanProblem, match="401"):
            await dragoman.meeting(OVER)


async def test_a_broken_answer_is_fetched_and_nothing_is_done_twice(site: Site) -> None:
    async with Dragoman(site.url, "good") as dragoman:
        site.breaks = 1
        meeting = await dragoman.invite("abc-defg-hij")
        assert meeting["state"] == "starting"
        assert [order for order, _ in site.office.asked] == ["invite"]
        assert len(site.seen) == 2
        assert site.seen[0] == site.seen[1] != ""
        site.breaks = 9
        with pytest.raises(ClientError):
            await dragoman.meeting(OVER)
        before = len(site.seen)
        site.breaks = 1
        with pytest.raises(ClientError):
            await dragoman.call("PATCH", f"/meetings/{LIVE}/look", body={"large": True})
        assert len(site.seen) == before + 1


async def test_events_go_on_over_a_broken_connection(site: Site) -> None:
    found = []
    async with Dragoman(site.url, "good") as dragoman, asyncio.timeout(10):
        async for event in dragoman.events(LIVE, types=["caption", "state"]):
            found.append(event)
            if len(found) == 3:
                site.live.drop()
            if event.get("id") == "c07":
                site.live.drop()
                site.live.say({"type": "caption", "id": "é\r\n", "final": True})
                site.live.say({"type": "state", "state": "ended"})
    assert found[-1] == {"type": "state", "state": "ended"}
    captions = [event["id"] for event in found if event["type"] == "caption"]
    assert captions == [f"c{number:02}" for number in range(8)] + ["é\r\n"]
    assert any(after for after in site.live.ran_after)


async def test_the_same_without_await(site: Site) -> None:
    def wait() -> tuple[str, int, bytes]:
        with DragomanSync(site.url, "good") as dragoman:
            meeting = dragoman.invite("abc-defg-hij")
            segments = list(dragoman.transcript(OVER))
            return meeting["code"], len(segments), dragoman.export(OVER)

    code, many, text = await asyncio.to_thread(wait)
    assert code == "abc-defg-hij"
    assert many == len(site.office.lines(OVER))
    assert text


def test_a_signed_message_is_read() -> None:
    body = json.dumps({"id": "evt_1"}).encode()
    assert clients.verified("s", "", body) is None
    assert clients.verified("s", "t=1,v1=00", body, now_s=1) is None

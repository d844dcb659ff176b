"""Bots learn the way to their viewers' page, and lose it when links are withdrawn."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from dragoman.serve.signposts import Signposts
from web.api.pass_links import PassLinks
from web.auth.passes import Passes, PassState
from web.viewers.rules import ViewerRules
from web.viewers.short import ShortLinks

SITE, MEETING = "https://captions.example.org/", "00ff" * 8


class Numbers:
    """Nobody has withdrawn anything yet."""

    def __init__(self) -> None:
        self.now = 1

    async def number(self, meeting_id: str) -> int:
        return self.now

    async def revoke(self, meeting_id: str) -> int:
        self.now += 1
        return self.now


class Links:
    """One bot runs."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def running(self) -> Sequence[str]:
        return [MEETING]

    def endpoint(self, meeting_id: str) -> URL:
        return URL(self._endpoint)


async def test_a_bot_is_told_once_and_again_when_links_are_withdrawn() -> None:
    told: list[Mapping[str, Any]] = []

    async def look(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer secret"
        told.append(json.loads(await request.text()))
        return web.Response(status=204 if len(told) > 1 else 500)

    app = web.Application()
    app.router.add_post("/live/look", look)
    passes = Passes(bytes(32), Numbers())
    makes = PassLinks(passes, ViewerRules(public_url=SITE))
    async with TestServer(app) as bot, ClientSession() as http:
        links: Any = Links(str(bot.make_url("/live?token=secret")))
        posts = Signposts(links, http, passes, makes, SITE)
        for _ in range(3):
            await posts.look()
        assert len(told) == 2
        await passes.revoke(MEETING)
        for _ in range(2):
            await posts.look()
    link, short = told[1]["link"], told[1]["short"]
    assert told[0]["short"] == short == f"{SITE}j/{passes.short(MEETING)}"
    assert (await Passes(bytes(32), Numbers()).read(link.removeprefix(f"{SITE}v/"))).state is (
        PassState.GOOD
    )
    assert told[2:] == [{"link": "", "short": ""}]


async def test_a_short_link_leads_to_a_signed_one_while_the_meeting_is_live() -> None:
    numbers = Numbers()
    passes, feed = Passes(bytes(32), numbers), Links("http://127.0.0.1/")
    app = web.Application()
    short: Any = feed
    for route in ShortLinks(passes, short, ViewerRules()).routes():
        app.router.add_get(route.path, route.handler)
    code = passes.short(MEETING)
    assert len(code) == 10
    assert code != passes.short("other")
    async with TestServer(app) as server, ClientSession(server.make_url("")) as http:
        async with http.get(f"/j/{code.upper()}", allow_redirects=False) as answer:
            assert answer.status == 302
            token = answer.headers["Location"].removeprefix("/v/")
        verdict = await passes.read(token)
        assert verdict.found is not None
        assert (verdict.state, verdict.found.meeting_id) == (PassState.GOOD, MEETING)
        async with http.get("/j/aaaaaaaaaa", allow_redirects=False) as answer:
            assert answer.status == 404
        numbers.now = 2
        async with http.get(f"/j/{code}", allow_redirects=False) as answer:
            assert answer.status == 404

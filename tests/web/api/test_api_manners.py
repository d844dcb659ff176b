"""What every operation of the API keeps to: problems, strictness, keys, tags, limits."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from domain.errors import DragomanError, StorageError
from domain.serving import File, Invitation, Placed
from web.auth.rules import AuthRules
from web.scripted import ScriptedBots, ScriptedTranscripts
from web.scripted_data import LIVE, OVER

LINK = {"link": "abc-defg-hij"}


@pytest.mark.parametrize(
    ("status", "method", "path", "given"),
    [
        (404, "GET", "/nothing", {}),
        (405, "DELETE", "/meetings", {}),
        (400, "POST", "/meetings", {"data": "{", "headers": {"Content-Type": "application/json"}}),
        (415, "POST", "/meetings", {"data": "link=x"}),
        (415, "POST", "/meetings", {"data": {"link": "x"}}),
        (422, "POST", "/meetings", {"json": []}),
        (422, "POST", "/meetings", {"json": {}}),
        (422, "POST", "/meetings", {"json": {**LINK, "more": 1}}),
        (422, "POST", "/meetings", {"json": {"link": 5}}),
        (422, "POST", "/meetings", {"json": {**LINK, "languages": ["x y"]}}),
        (422, "POST", "/meetings", {"json": {**LINK, "languages": ["es"] * 21}}),
        (422, "POST", "/meetings?more=1", {"json": LINK}),
        (422, "GET", "/meetings?limit=0", {}),
        (422, "GET", "/meetings?limit=1&limit=2", {}),
        (422, "GET", "/meetings?state=gone", {}),
        (422, "GET", "/meetings?since=2026-01-01T00:00:00", {}),
        (422, "GET", "/meetings?text=a%00b", {}),
        (422, "POST", f"/meetings/{LIVE}/leave", {"json": {"now": True}}),
        (413, "POST", "/meetings", {"json": {"link": "x" * 70_000}}),
    ],
)
async def test_what_does_not_fit_is_told(
    api: Any, status: int, method: str, path: str, given: Any
) -> None:
    problem = await api.send(method, path, status, **dict(given))
    assert problem["status"] == status
    assert problem["title"]
    if status == 422:
        assert problem["errors"][0]["pointer"].startswith(("/", ""))
    assert api.office.asked == []


async def test_flaws_name_their_place(api: Any) -> None:
    body = {**LINK, "languages": ["es", "??"], "a/b": 1}
    problem = await api.send("POST", "/meetings", 422, json=body)
    assert [(flaw["place"], flaw["pointer"]) for flaw in problem["errors"]] == [
        ("body", "/languages/1"),
        ("body", "/a~1b"),
    ]


async def test_a_large_body_without_a_length_is_refused(api: Any) -> None:
    async def endless() -> Any:
        for _ in range(200):
            yield b" " * 1000

    headers = {"Content-Type": "application/json"}
    await api.send("POST", "/meetings", 413, data=endless(), headers=headers)


async def test_the_same_key_gives_the_same_answer(api: Any) -> None:
    key = {"Idempotency-Key": "first-try"}
    first = await api.send("POST", "/meetings", 201, json=LINK, headers=key)
    async with api.ask("POST", "/meetings", json=LINK, headers=key) as answer:
        assert answer.status == 201
        assert await answer.json() == first
        assert answer.headers["Idempotency-Replayed"] == "true"
        assert answer.headers["Location"].endswith(first["id"])
    assert len(api.office.asked) == 1
    other = {"link": "xyz-abcd-efg"}
    await api.send("POST", "/meetings", 422, json=other, headers=key)
    await api.send("POST", "/meetings", 400, json=other, headers={"Idempotency-Key": "a b"})
    api.role = "operator"
    await api.send("POST", "/meetings", 200, json=LINK, headers=key)


async def test_the_same_key_does_a_thing_without_content_once(api: Any) -> None:
    key = {"Idempotency-Key": "k"}
    for _ in range(2):
        await api.send("POST", f"/meetings/{LIVE}/leave", 204, headers=key)
    assert api.office.asked == [("leave", LIVE)]


async def test_a_key_of_a_failure_is_free_again(api: Any) -> None:
    key = {"Idempotency-Key": "k"}
    await api.send("POST", f"/meetings/{OVER}/leave", 409, headers=key)
    await api.send("POST", f"/meetings/{OVER}/leave", 409, headers=key)


class SlowBots(ScriptedBots):
    """Answers when it is told to."""

    def __init__(self, office: Any) -> None:
        super().__init__(office)
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    async def invite(self, invitation: Invitation) -> Placed:
        self.asked.set()
        await self.go.wait()
        return await super().invite(invitation)


async def test_a_second_request_does_not_overtake_the_first(api: Any, serve_api: Any) -> None:
    bots = SlowBots(api.office)
    async with TestServer(serve_api(replace(api.desks, bots=bots))) as server:
        api.url = str(server.make_url("")).rstrip("/")
        key = {"Idempotency-Key": "k"}
        first = asyncio.create_task(api.send("POST", "/meetings", 201, json=LINK, headers=key))
        await bots.asked.wait()
        await api.send("POST", "/meetings", 409, json=LINK, headers=key)
        bots.go.set()
        told = await first
        assert await api.send("POST", "/meetings", 201, json=LINK, headers=key) == told


class BrokenBots(ScriptedBots):
    """Everything fails, each in its way."""

    async def leave(self, meeting_id: str) -> None:
        raise StorageError("The database is busy.", "Try again.")

    async def pause(self, meeting_id: str, paused: bool) -> None:
        raise DragomanError("The bot does not answer.", "Try again.")

    async def look(self, meeting_id: str, changes: Mapping[str, object]) -> None:
        raise ZeroDivisionError("secret words")


async def test_what_is_broken_is_told_without_its_insides(api: Any, serve_api: Any) -> None:
    desks = replace(api.desks, bots=BrokenBots(api.office))
    async with TestServer(serve_api(desks)) as server:
        api.url = str(server.make_url("")).rstrip("/")
        async with api.ask("POST", f"/meetings/{LIVE}/leave") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        await api.send("POST", f"/meetings/{LIVE}/pause", 503)
        broken = await api.send("PATCH", f"/meetings/{LIVE}/look", 500, json={"large": True})
        assert "secret" not in str(broken)


async def test_what_is_known_already_is_not_sent_again(api: Any) -> None:
    path = f"/meetings/{OVER}"
    async with api.ask("GET", path) as answer:
        tag = answer.headers["ETag"]
        size = len(await answer.read())
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        async with api.ask("GET", path, headers={"If-None-Match": known}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
            assert answer.headers["ETag"] == tag
    async with api.ask("GET", path, headers={"If-None-Match": '"x"'}) as answer:
        assert answer.status == 200
    async with api.ask("HEAD", path) as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert int(answer.headers["Content-Length"]) == size


async def test_too_many_requests_wait(api: Any, serve_api: Any) -> None:
    async with TestServer(serve_api(api.desks, AuthRules(per_minute=4))) as server:
        url = str(server.make_url("/api/v1/me"))
        async with ClientSession(headers={"Authorization": "Bearer viewer"}) as http:
            async with http.get(url) as answer:
                assert answer.status == 200
            async with http.get(url) as answer:
                assert answer.status == 429
                assert int(answer.headers["Retry-After"]) >= 1
                assert answer.content_type == "application/problem+json"


class HostileTranscripts(ScriptedTranscripts):
    """Its files have names that would do harm."""

    async def export(self, meeting_id: str, format: str, options: Mapping[str, str]) -> File:
        return File('../"a\r\nSet-Cookie: x=y\u202e<b>森.exe', "text/html", b"<script>")


async def test_the_name_of_a_file_does_no_harm(api: Any, serve_api: Any) -> None:
    desks = replace(api.desks, transcripts=HostileTranscripts(api.office))
    async with TestServer(serve_api(desks)) as server:
        api.url = str(server.make_url("")).rstrip("/")
        async with api.ask("GET", f"/meetings/{OVER}/export?format=txt") as answer:
            shown = answer.headers["Content-Disposition"]
            assert "Set-Cookie" not in answer.headers
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert shown.startswith('attachment; filename=".._')
    assert shown.count('"') == 2
    assert "\u202e" not in shown
    assert "/" not in shown


async def test_hostile_words_come_as_they_are_and_break_nothing(api: Any) -> None:
    words = "<script>alert(1)</script>\u202e\x1b[31m\u2028'; DROP TABLE meeting;--" + "x" * 9000
    lines = api.office.lines(OVER)
    lines[0] = replace(lines[0], text=words, speaker=words)
    page = await api.get(f"/meetings/{OVER}/transcript")
    assert (page["segments"][0]["text"], page["segments"][0]["speaker"]) == (words, words)
    await api.get("/search", params={"q": "' OR 1=1;-- * NEAR( \" %"})
    path = f"/meetings/{OVER}/segments/{lines[0].id}"
    await api.send("PATCH", path, 422, json={"text": words})
    await api.send("PATCH", path, 422, json={"text": "a\x00b"})
    await api.send("PATCH", path, 200, json={"text": "<b>\nand \u202e'; --"})
    for wrong in ("%2e%2e%2f", "%00", "'--", "<b>", "x" * 3000):
        await api.get(f"/meetings/{wrong}", 404)

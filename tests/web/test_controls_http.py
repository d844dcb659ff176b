"""Orders to the bot: from whom they are taken, and which."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

ORDERS = ("/live/leave", "/live/look", "/live/pause", "/live/evidence")


@pytest.fixture
async def http(obedient: Any) -> AsyncIterator[ClientSession]:
    address = obedient.scene.address
    async with ClientSession(address, cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


@pytest.fixture
def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _problem(answer: Any, status: int) -> str:
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    told = await answer.json()
    assert told["status"] == status
    return f"{told['title']} {told['detail']}"


@pytest.mark.parametrize("path", ORDERS)
async def test_nobody_gives_orders_without_the_token(
    http: ClientSession, obedient: Any, path: str, token: str
) -> None:
    wrong = {"Authorization": "Bearer wrong", "Origin": obedient.scene.address}
    for headers, query in (({}, {}), (wrong, {}), ({}, {"token": token})):
        async with http.post(path, json={}, headers=headers, params=query) as answer:
            assert "Bearer" in await _problem(answer, 401)
    assert obedient.left == 0


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "ORIGIN.evil", None])
@pytest.mark.parametrize("path", ORDERS)
async def test_another_page_gives_no_orders(
    http: ClientSession, obedient: Any, path: str, token: str, origin: str | None
) -> None:
    async with http.get("/live", params={"token": token}):
        pass
    foreign = (origin or "").replace("ORIGIN", obedient.scene.address)
    headers = {"Origin": foreign} if origin else {}
    async with http.post(path, json={"large": True}, headers=headers) as answer:
        await _problem(answer, 403)
    assert (obedient.left, obedient.now["large"]) == (0, False)


async def test_the_page_itself_gives_orders(http: ClientSession, obedient: Any, token: str) -> None:
    async with http.get("/live", params={"token": token}) as answer:
        assert 'id="leave"' in await answer.text()
    own = {"Origin": obedient.scene.address}
    async with http.post("/live/leave", json={}, headers=own) as answer:
        assert (answer.status, await answer.json()) == (202, {"status": "leaving"})
    assert obedient.left == 1


async def test_evidence_is_kept_where_there_is_a_page(
    http: ClientSession, obedient: Any, bearer: dict[str, str]
) -> None:
    async with http.post("/live/evidence", json={}, headers=bearer) as answer:
        assert (answer.status, await answer.json()) == (
            201, {"id": "20260304T094200-asked-abc123"},
        )  # fmt: skip
    obedient.left = 1
    async with http.post("/live/evidence", json={}, headers=bearer) as answer:
        assert "no page" in await _problem(answer, 400)


async def test_the_picture_is_changed_and_told(
    http: ClientSession, obedient: Any, bearer: dict[str, str]
) -> None:
    wanted = {"layout": "subtitle", "theme": "light", "large": True, "show_original": False}
    async with http.post("/live/look", json=wanted, headers=bearer) as answer:
        assert answer.status == 204
    async with http.ws_connect("/live/events", headers=bearer) as socket:
        messages = await socket.receive_json(timeout=5)
    (picture,) = [m for m in messages if m["type"] == "picture"]
    assert picture["look"] == wanted == obedient.now


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"theme": "pink"}', "Unknown theme 'pink'. Known: dark, light, high-contrast."),
        ('{"theme": ["dark"]}', "Unknown theme ['dark']. Known: dark,"),
        ('{"large": "yes"}', "Unknown value of large. Known: true, false."),
        ('{"show_original": 1}', "Unknown value of show_original. Known: true, false."),
        ('{"size": 3}', "Unknown field 'size'. Known: layout, theme, large, show_original,"),
        ('{"large": true, "theme": "pink"}', "Unknown theme"),
        ("{}", "Nothing is to be changed. Known: layout,"),
        ("", "Nothing is to be changed."),
        ("[]", "not a JSON object"),
        ("{", "not a JSON object"),
        ("[" * 1000, "not a JSON object"),
        ('"\\ud800"', "not a JSON object"),
    ],
)
async def test_what_makes_no_sense_is_told(
    http: ClientSession, obedient: Any, bearer: dict[str, str], body: str, told: str
) -> None:
    headers = {**bearer, "Content-Type": "application/json"}
    before = dict(obedient.now)
    async with http.post("/live/look", data=body, headers=headers) as answer:
        assert told in await _problem(answer, 400)
    assert obedient.now == before


@pytest.mark.parametrize("path", ORDERS)
async def test_long_and_foreign_bodies_are_refused(
    http: ClientSession, obedient: Any, bearer: dict[str, str], path: str
) -> None:
    async with http.post(path, json={"theme": "x" * 2000}, headers=bearer) as answer:
        assert "1024 bytes" in await _problem(answer, 413)
    async with http.post(path, data={"theme": "dark"}, headers=bearer) as answer:
        assert "application/json" in await _problem(answer, 415)
    assert obedient.left == 0


async def test_without_controls_there_are_none(meeting: Any, bearer: dict[str, str]) -> None:
    async with ClientSession(meeting.address, headers=bearer) as http:
        for path in ORDERS:
            async with http.post(path, json={}) as answer:
                assert answer.status == 404
        async with http.get("/live") as answer:
            page = await answer.text()
            assert 'id="leave"' not in page
        async with http.get("/live/static/controls.js") as answer:
            assert answer.status == 200


async def test_listening_pauses_and_goes_on(
    http: ClientSession, obedient: Any, bearer: dict[str, str]
) -> None:
    for paused in (True, False):
        async with http.post("/live/pause", json={"paused": paused}, headers=bearer) as answer:
            assert answer.status == 204
        async with http.ws_connect("/live/events", headers=bearer) as socket:
            messages = await socket.receive_json(timeout=10)
        assert {"type": "listening", "on": not paused} in messages
    async with http.post("/live/pause", json={"paused": "yes"}, headers=bearer) as answer:
        assert "paused" in await _problem(answer, 400)

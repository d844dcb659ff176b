"""The live page's doors: who gets in, and with which headers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, WSMsgType, WSServerHandshakeError

from domain.captions import Caption
from domain.events import CaptionRevised
from web.live import LivePage
from web.live_state import LiveSnapshot

GUARDED = ("/live", "/live/events", "/live/camera", "/live/static/live.js", "/live/static/none")


@pytest.fixture
async def http(scene: Any) -> AsyncIterator[ClientSession]:
    async with ClientSession(scene.address, cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


@pytest.mark.parametrize("path", GUARDED)
async def test_nothing_is_shown_without_the_token(
    http: ClientSession, path: str, token: str
) -> None:
    for given in ({}, {"token": "wrong"}, {"token": ""}, {"token": token + "x"}):
        async with http.get(path, params=given) as answer:
            assert answer.status == 401
            assert "own link" in await answer.text()
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    async with http.get(path, headers={"Authorization": f"Basic {token}"}) as answer:
        assert answer.status == 401


async def test_health_is_open(http: ClientSession) -> None:
    async with http.get("/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_the_link_gives_a_cookie_for_the_rest(
    http: ClientSession, scene: Any, token: str
) -> None:
    async with http.get("/live", params={"token": token}) as answer:
        assert answer.status == 200
        (cookie,) = answer.cookies.values()
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        page = await answer.text()
        assert "Weekly planning" in page
        assert "<script>" not in page
        assert "style=" not in page
        assert token not in page
    for path, kind in (("live.js", "text/javascript"), ("live.css", "text/css")):
        async with http.get(f"/live/static/{path}") as answer:
            assert (answer.status, answer.content_type) == (200, kind)
    for path in ("none.js", "..%2flive.py", "%2e%2e/access.py"):
        async with http.get(f"/live/static/{path}") as answer:
            assert answer.status == 404


async def test_a_socket_starts_with_everything_and_goes_on(
    http: ClientSession, meeting: Any, token: str, caption: Callable[..., Caption]
) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    async with http.ws_connect("/live/events", headers=bearer) as socket:
        first = await socket.receive_json(timeout=5)
        assert first[0]["type"] == "snapshot"
        assert first[0]["version"] == 1
        assert [m["id"] for m in first if m["type"] == "caption"][-1] == "c9"
        meeting.say(CaptionRevised(caption("new", ("p1", "Ana\u202e<b>"), "Hi \x1b[1mall", 50.0)))
        (message,) = await socket.receive_json(timeout=5)
        assert (message["speaker"], message["stable"]) == ("Ana<b>", "Hi all")
        await socket.send_str("{}")
        (error,) = await socket.receive_json(timeout=5)
        assert error["type"] == "error"
    async with asyncio.timeout(5):
        while meeting.watchers:  # noqa: ASYNC110  the handler ends after the socket
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "x", None])
async def test_a_socket_of_another_page_is_refused(
    http: ClientSession, token: str, origin: str | None
) -> None:
    headers = {"Origin": origin} if origin else {}
    with pytest.raises(WSServerHandshakeError) as raised:
        await http.ws_connect(f"/live/events?token={token}", headers=headers)
    assert raised.value.status == 403


async def test_our_own_page_may_open_it(http: ClientSession, scene: Any, token: str) -> None:
    own = {"Origin": scene.address}
    async with http.ws_connect(f"/live/events?token={token}", headers=own) as socket:
        assert (await socket.receive(timeout=5)).type is WSMsgType.TEXT


async def test_the_camera_is_a_stream_of_pictures(
    http: ClientSession, scene: Any, token: str
) -> None:
    async with http.get("/live/camera", params={"token": token}) as answer:
        assert answer.content_type == "multipart/x-mixed-replace"
        for _ in range(2):
            assert await answer.content.readline() == b"--dragoman-picture\r\n"
            assert await answer.content.readline() == b"Content-Type: image/jpeg\r\n"
            length = int((await answer.content.readline()).split()[1])
            await answer.content.readline()
            assert await answer.content.readexactly(length) == scene.jpeg
            await answer.content.readline()


async def test_the_server_ends_while_people_watch(
    http: ClientSession, scene: Any, token: str
) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    async with (
        http.ws_connect("/live/events", headers=bearer) as socket,
        http.get("/live/camera", headers=bearer) as camera,
    ):
        await socket.receive(timeout=5)
        await camera.content.readline()
        await scene.stop()
        message = await socket.receive(timeout=5)
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)
    assert scene.watchers == set()


def test_an_empty_token_is_no_token(scene: Any) -> None:
    with pytest.raises(ValueError, match="empty token"):
        LivePage("", scene.subscribe, LiveSnapshot, scene.jpegs)

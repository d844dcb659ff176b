"""A meeting's messages and pictures as the dashboard serves them."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from web.pages.desks import Desks
from web.scripted_data import LIVE, OVER
from web.scripted_live import ScriptedLive
from web.scripted_site import scripted_desks, scripted_site

EVENTS = f"/meetings/{LIVE}/events"


@pytest.fixture
def desks() -> Desks:
    return scripted_desks()


@pytest.fixture
def live(desks: Desks) -> ScriptedLive:
    assert isinstance(desks.live, ScriptedLive)
    return desks.live


@pytest.fixture
async def client(desks: Desks) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(scripted_site(desks))) as opened:
        yield opened


async def _until(socket: ClientWebSocketResponse, kind: str) -> list[dict[str, Any]]:
    """All messages up to the first of a kind that came after the start."""
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while not any(each["type"] == kind for each in seen):
            seen += json.loads((await socket.receive()).data)
    return seen


async def test_messages_come_numbered_and_go_on_after_a_break(
    client: TestClient, live: ScriptedLive
) -> None:
    async with client.ws_connect(EVENTS) as socket:
        first = await _until(socket, "picture")
        assert [each["n"] for each in first] == list(range(1, len(first) + 1))
        assert first[0]["title"] == "Product council"
        live.drop()
        async with asyncio.timeout(10):
            assert (await socket.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
    live.say({"type": "missed"})
    async with client.ws_connect(f"{EVENTS}?after={len(first)}") as socket:
        live.say({"type": "new"})
        assert [each["type"] for each in await _until(socket, "new")] == ["missed", "new"]
    assert live.ran_after == [None, len(first)]


@pytest.mark.parametrize("after", ["-1", "x", "9" * 40, "٣"])
async def test_a_wrong_number_gets_everything(client: TestClient, after: str) -> None:
    async with client.ws_connect(EVENTS, params={"after": after}) as socket:
        assert (await _until(socket, "snapshot"))[0]["n"] == 1


async def test_a_meeting_that_is_not_live_says_so(client: TestClient) -> None:
    async with client.ws_connect(f"/meetings/{OVER}/events") as socket:
        assert (await _until(socket, "waiting"))[0]["text"] == "This meeting is not live."
    assert (await client.get(f"/meetings/{OVER}/camera")).status == 404


async def test_the_picture_moves(client: TestClient) -> None:
    async with client.get(f"/meetings/{LIVE}/camera") as answer:
        assert answer.content_type == "multipart/x-mixed-replace"
        head = await answer.content.readuntil(b"\r\n\r\n")
        assert b"image/jpeg" in head
        assert await answer.content.readexactly(2) == b"\xff\xd8"


@pytest.mark.parametrize("path", ["camera", "events"])
async def test_a_head_of_a_stream_is_refused(client: TestClient, path: str) -> None:
    assert (await client.head(f"/meetings/{LIVE}/{path}")).status == 405


async def test_the_end_of_the_server_ends_the_streams(desks: Desks) -> None:
    server = TestServer(scripted_site(desks))
    async with TestClient(server) as client:
        socket = await client.ws_connect(EVENTS)
        await _until(socket, "picture")
        async with asyncio.timeout(5):
            await server.close()
            assert (await socket.receive()).type in (WSMsgType.CLOSE, WSMsgType.CLOSED)

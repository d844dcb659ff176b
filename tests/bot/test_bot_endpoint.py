"""The page's socket: the right page gets in, nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, WSServerHandshakeError, web

from bot.camera import Camera
from bot.endpoint import PageEndpoint
from bot.intake import Intake
from bot.outbox import Outbox
from bot.protocol import ProtocolError
from domain.clock import MeetingClock
from domain.pictures import PictureUpdate, Rectangle

ORIGIN = "https://meet.google.com"
HELLO = {"type": "hello", "version": 1, "format": "s16le", "channels": 1, "page": 1000.0}


@pytest.fixture
async def endpoint() -> AsyncIterator[PageEndpoint]:
    endpoint = PageEndpoint()
    endpoint.allow(ORIGIN)
    app = web.Application()
    endpoint.add_routes(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.bind(f"ws://127.0.0.1:{runner.addresses[0][1]}/")
    yield endpoint
    await runner.cleanup()


def knock(session: ClientSession, endpoint: PageEndpoint, **changes: str) -> Any:
    asked = {"token": endpoint.token, "origin": ORIGIN, "page": "a"} | changes
    return session.ws_connect(
        f"{endpoint.url}?page={asked['page']}", protocols=[asked["token"]], origin=asked["origin"]
    )


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token": "wrong"}, 403),
        ({"token": ""}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
async def test_strangers_are_refused(
    endpoint: PageEndpoint, changes: dict[str, str], status: int
) -> None:
    async with ClientSession() as session:
        with pytest.raises(WSServerHandshakeError) as refusal:
            await knock(session, endpoint, **changes)
    assert refusal.value.status == status
    assert endpoint.refused == 1
    assert not endpoint.connected


async def test_one_page_at_a_time_but_the_same_page_may_come_back(endpoint: PageEndpoint) -> None:
    async with ClientSession() as session:
        async with knock(session, endpoint) as first:
            with pytest.raises(WSServerHandshakeError) as refusal:
                await knock(session, endpoint, page="b")
            assert refusal.value.status == 409
            async with knock(session, endpoint):
                assert (await first.receive()).type.name in ("CLOSE", "CLOSED")
                assert endpoint.connected


def test_the_address_holds_no_secret() -> None:
    endpoint = PageEndpoint()
    endpoint.bind("ws://127.0.0.1:1")
    assert endpoint.token not in endpoint.url
    assert PageEndpoint().token != endpoint.token


async def test_a_page_is_greeted_and_acknowledged(endpoint: PageEndpoint) -> None:
    endpoint.listener = intake = Intake(endpoint, "Dragoman")
    async with ClientSession() as session, asyncio.TaskGroup() as tasks:
        pump = tasks.create_task(intake.run())
        async with knock(session, endpoint) as page:
            await page.send_json(HELLO)
            assert await page.receive_json() == {"type": "ready", "received": 0}
            ping = await page.receive_json()
            await page.send_json({"type": "pong", "sent": ping["sent"], "page": 1001.0})
            await page.send_json({"type": "tiles", "tiles": [], "n": 1, "at": 1002.0})
            assert await page.receive_json() == {"type": "ack", "received": 1}
        pump.cancel()
    assert intake.page_clock.round_trip_s < 1


async def test_another_format_ends_the_connection(endpoint: PageEndpoint) -> None:
    endpoint.listener = Intake(endpoint, "Dragoman")
    async with ClientSession() as session, knock(session, endpoint) as page:
        await page.send_json(HELLO | {"format": "f32le"})
        await page.receive()
        assert page.close_code == 1002


def greeted(endpoint: PageEndpoint) -> Intake:
    intake = Intake(endpoint, "Dragoman")
    intake.opened("a")
    intake.text(json.dumps(HELLO))
    intake.clock = MeetingClock.start()
    return intake


def sound_block(number: int, rate: int) -> bytes:
    head = b"\x01\x01" + bytes(2) + number.to_bytes(4, "little") + bytes(8)
    return head + bytes(4) + rate.to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes(2)


def test_blocks_without_a_declaration_are_ignored_and_those_at_another_rate_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    intake = greeted(PageEndpoint())
    track = {"type": "track", "index": 0, "kind": "mix"}
    intake.binary(sound_block(1, 48_000))
    intake.text(json.dumps(track | {"n": 2, "rate": 44_100}))
    with pytest.raises(ProtocolError, match="48000 Hz of a track at 44100 Hz"):
        intake.binary(sound_block(3, 48_000))
    intake.text(json.dumps(track | {"n": 4, "rate": 7}))
    intake.binary(sound_block(5, 7))
    assert (intake.sound.ignored, intake.sound.blocks) == (2, 0)
    assert len(caplog.records) == 1
    intake.text(json.dumps(track | {"n": 6, "rate": 48_000}))
    intake.binary(sound_block(7, 48_000))
    assert (intake.sound.ignored, intake.sound.blocks) == (2, 1)


def test_a_track_that_is_declared_again_goes_on() -> None:
    intake = greeted(PageEndpoint())
    track = {"type": "track", "index": 0, "kind": "receiver", "rate": 48_000}
    intake.text(json.dumps(track | {"n": 1}))
    intake.binary(sound_block(2, 48_000))
    before = dict(intake.sound._tracks)
    intake.text(json.dumps(track | {"n": 3}))
    assert intake.sound._tracks == before


def test_a_track_of_no_known_kind_is_an_error() -> None:
    intake = greeted(PageEndpoint())
    with pytest.raises(ProtocolError):
        intake.text(json.dumps({"type": "track", "n": 1, "index": 0, "kind": "x", "rate": 48_000}))


def test_messages_sent_again_are_taken_once_and_lost_ones_counted() -> None:
    intake = greeted(PageEndpoint())
    chat = {"type": "chat", "sender": "Anna", "text": "Hi", "at": 1.0}
    said: list[str] = []
    intake.on_chat = lambda hint: said.append(hint.message_id)
    for number in (1, 2, 2, 1, 5):
        intake.text(json.dumps(chat | {"id": str(number), "n": number}))
    assert said == ["1", "2", "5"]
    assert intake.handshake.lost == 2


async def test_an_outbox_drops_the_oldest_and_counts() -> None:
    box: Outbox[int] = Outbox("test", 2)
    assert [box.put(n) for n in range(4)] == [None, None, 0, 1]
    box.close()
    assert [n async for n in box.read()] == [2, 3]
    assert box.dropped == 2


def picture(number: int, *changed: Rectangle) -> PictureUpdate:
    return PictureUpdate(number, 16, 8, bytes(16 * 8 * 3 // 2), changed, 1.0)


async def test_the_camera_merges_what_is_overtaken_and_starts_with_all(
    endpoint: PageEndpoint,
) -> None:
    camera = Camera(endpoint, lambda *_: None)
    async with ClientSession() as session, asyncio.TaskGroup() as tasks:
        pump = tasks.create_task(camera.run())
        async with knock(session, endpoint) as page:
            await camera.show(picture(1, Rectangle(0, 0, 2, 2)))
            first = await page.receive_bytes()
            assert len(first) == 8 + 8 + 16 * 8 * 3 // 2
            await camera.show(picture(2, Rectangle(0, 0, 2, 2)))
            await camera.show(picture(3, Rectangle(4, 0, 4, 2)))
            second = await page.receive_bytes()
            assert second[4] == 3
            assert len(second) == 8 + (8 + 6) + (8 + 12)
        pump.cancel()
    assert camera.shown({"number": 3}, 1.5) == 0.5


async def test_a_page_that_takes_nothing_any_more_is_dropped(
    endpoint: PageEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.endpoint._CLOSE_S", 0.2)
    async with ClientSession() as session, knock(session, endpoint) as socket:
        socket._conn.protocol.pause_reading()

        async def pour() -> None:
            while await endpoint.send_bytes(bytes(1_000_000)):
                pass

        async with asyncio.timeout(10):
            pouring = asyncio.create_task(pour())
            await asyncio.wait({pouring}, timeout=1)
            await endpoint.drop()
            assert not endpoint.connected
            socket._conn.transport.abort()
            await pouring

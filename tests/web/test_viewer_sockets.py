"""Viewers' sockets on a real server: their language, coming back, faults, slow ones, the end."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError
from yarl import URL

from domain.errors import UsageError
from domain.meetings import MeetingState
from web.scripted_data import LIVE, OVER
from web.scripted_live import ScriptedLive
from web.viewers import source
from web.viewers.rules import ViewerRules
from web.viewers.scripted import OPERATOR, Served, served

SCHEMA = jsonschema_rs.validator_for(
    json.loads(files("web").joinpath("schema/viewer.json").read_text("utf-8"))
)
BEARER = {"Authorization": f"Bearer {OPERATOR}"}


class Speaking(ScriptedLive):
    """Speaks Spanish only."""

    async def sound(self, meeting_id: str, language: str) -> AsyncIterator[bytes]:
        if language != "es":
            raise UsageError("Nothing is spoken in this language.", "Choose another.")
        for number in range(3):
            yield (16_000).to_bytes(4, "little") + bytes([number, 0] * 100)
        await asyncio.sleep(3600)


@pytest.fixture
def feed() -> Speaking:
    return Speaking()


@pytest.fixture
async def site(feed: Speaking, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    monkeypatch.setattr(source, "LOOK_S", 0.1)
    async with served(feed, ViewerRules(send_s=1.0)) as found:
        yield found


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def connect(
    http: ClientSession, site: Served, meeting: str = LIVE, **query: Any
) -> ClientWebSocketResponse:
    link = URL(await site.link(meeting)) / "events"
    origin = {"Origin": site.address}
    return await http.ws_connect(link.with_query({"lang": "es", **query}), headers=origin)


async def frame(socket: ClientWebSocketResponse) -> list[dict[str, Any]]:
    told = await socket.receive_json(timeout=10)
    SCHEMA.validate(told)
    return list(told)


async def until(socket: ClientWebSocketResponse, kind: str, **given: Any) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            for message in await frame(socket):
                if message["type"] == kind and given.items() <= message.items():
                    return message


def line(name: str, text: str = "uno", revision: int = 1) -> dict[str, Any]:
    return {
        "type": "caption", "id": name, "revision": revision, "key": "p1", "speaker": "Ana Ruiz",
        "colour": 0, "language": "en", "rtl": False, "stable": "one", "draft": "", "joiner": " ",
        "final": True, "start_s": 60.0, "age_s": 0.5, "doubt": 0.0,
        "translations": [{"language": "es", "text": text, "state": "final"}],
    }  # fmt: skip


async def test_a_viewer_is_greeted_with_all_and_told_news(
    site: Served, http: ClientSession, feed: Speaking
) -> None:
    async with await connect(http, site) as viewer:
        first = await frame(viewer)
        assert (first[0]["type"], first[0]["version"], first[0]["whole"]) == ("hello", 1, True)
        assert sum(message["type"] == "caption" for message in first) == 8
        meeting = next(message for message in first if message["type"] == "meeting")
        assert (meeting["title"], meeting["phase"]) == ("Product council", "live")
        feed.say(line("new"))
        assert (await until(viewer, "caption"))["text"] == "uno"
        feed.say({"type": "listening", "on": False})
        assert (await until(viewer, "meeting"))["phase"] == "paused"


async def test_who_comes_back_misses_nothing_and_gets_nothing_twice(
    site: Served, http: ClientSession, feed: Speaking
) -> None:
    async with await connect(http, site) as viewer:
        first = await frame(viewer)
    feed.say(line("a"))
    feed.say(line("b"))
    feed.drop()
    await asyncio.sleep(0.2)
    back = {"epoch": first[0]["epoch"], "after": str(first[0]["n"])}
    async with await connect(http, site, **back) as viewer:
        told = await frame(viewer)
        assert told[0]["whole"] is False
        assert [m["id"] for m in told if m["type"] == "caption"] == ["a", "b"]
    assert feed.ran_after[0] == 0


async def test_what_is_not_understood_is_answered_and_the_socket_stays(
    site: Served, http: ClientSession
) -> None:
    async with await connect(http, site) as viewer:
        asks = [
            ('{"type": "dance"}', "unknown_type"), ("nonsense", "bad_message"),
            ("[" * 900, "bad_message"), ("[]", "bad_message"),
            ('{"type": "language", "language": "xx"}', "unknown_language"),
            ('{"type": "original", "id": "no"}', "unknown_caption"),
        ]  # fmt: skip
        for text, code in asks:
            await viewer.send_str(text)
            assert (await until(viewer, "error"))["code"] == code
        await viewer.send_bytes(b"x")
        await until(viewer, "error", code="bad_message")
        await viewer.send_json({"type": "ping"})
        await until(viewer, "pong")
        for _ in range(60):
            await viewer.send_str("x")
        async with asyncio.timeout(10):
            while not viewer.closed:
                await viewer.receive()
        assert viewer.close_code == 1008


async def test_a_viewer_changes_the_language_and_asks_for_an_original(
    site: Served, http: ClientSession
) -> None:
    async with await connect(http, site) as viewer:
        assert "Good morning" not in json.dumps(await frame(viewer))
        await viewer.send_json({"type": "original", "id": "c00"})
        assert (await until(viewer, "original"))["text"].startswith("Good morning")
        await viewer.send_json({"type": "language", "language": "fr", "original": True})
        told = await frame(viewer)
        assert (told[0]["language"], told[0]["whole"]) == ("fr", True)
        said = next(message for message in told if message.get("id") == "c00")
        assert said["text"].startswith("Bonjour à tous.")
        assert said["original"].startswith("Good morning")


async def test_a_viewer_who_takes_nothing_is_let_go_and_delays_nobody(
    site: Served, http: ClientSession, feed: Speaking
) -> None:
    slow = sockets.socket()
    slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    slow.setblocking(False)
    loop = asyncio.get_running_loop()
    target = URL(await site.link(LIVE) + "/events?lang=es")
    await loop.sock_connect(slow, (target.host, target.port))
    await loop.sock_sendall(slow, (
        f"GET {target.path_qs} HTTP/1.1\r\nHost: {target.authority}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nOrigin: {site.address}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())  # fmt: skip
    async with await connect(http, site) as quick:
        await frame(quick)
        async with asyncio.timeout(30):
            for number in range(1000):
                feed.say(line("big", "x" * 100_000, number + 1))
                await until(quick, "caption", revision=number + 1)
                if site.viewers.sockets.let_go:
                    break
    assert site.viewers.sockets.let_go == 1
    slow.close()


async def test_a_revoked_link_ends_what_it_opened(site: Served, http: ClientSession) -> None:
    share = f"{site.address}/meetings/{LIVE}/share"
    async with http.get(share, headers=BEARER) as answer:
        shared = await answer.json()
        assert answer.status == 200
    async with http.get(f"{site.address}{shared['qr']}", headers=BEARER) as answer:
        assert (await answer.text()).startswith("<?xml")
        assert answer.content_type == "image/svg+xml"
    async with http.post(share, headers=BEARER, json={"hours": 2}) as answer:
        assert (answer.status, (await answer.json())["hours"]) == (201, 2)
    async with http.post(share, headers=BEARER, json={"hours": 10**9}) as answer:
        assert answer.status == 400
    async with http.get(share) as answer:
        assert answer.status == 401
    async with await connect(http, site) as viewer:
        await frame(viewer)
        async with http.delete(share, headers=BEARER) as answer:
            assert answer.status == 200
        async with asyncio.timeout(10):
            while not viewer.closed:
                await viewer.receive()
        assert viewer.close_code == 4003
    async with http.get(shared["url"]) as answer:
        assert answer.status == 410


async def test_after_the_meeting_the_link_shows_the_transcript(
    site: Served, http: ClientSession
) -> None:
    async with await connect(http, site, OVER, lang="fr") as viewer:
        told = await frame(viewer)
        assert told[-1]["phase"] == "over" or told[1]["phase"] == "over"
        assert sum(message["type"] == "caption" for message in told) == 12


async def test_a_latecomer_gets_what_was_said_before_the_feed_remembers(
    site: Served, http: ClientSession
) -> None:
    early = [replace(each, id=f"early{n}") for n, each in enumerate(site.office.segments[OVER][:3])]
    site.office.segments[LIVE] = early
    async with await connect(http, site) as viewer:
        ids = [message["id"] for message in await frame(viewer) if message["type"] == "caption"]
    assert ids == ["early0", "early1", "early2", *(f"c{n:02}" for n in range(8))]


async def test_when_the_meeting_ends_its_viewers_get_the_transcript(
    site: Served, http: ClientSession
) -> None:
    async with await connect(http, site) as viewer:
        before = await frame(viewer)
        office = site.office
        office.segments[LIVE] = office.segments[OVER]
        entry = office.entry(LIVE)
        ended = replace(entry.meeting, state=MeetingState.ENDED)
        office.meetings[office.meetings.index(entry)] = replace(entry, meeting=ended)
        async with asyncio.timeout(10):
            while (told := await frame(viewer))[0]["type"] != "hello":
                pass
        assert told[0]["epoch"] != before[0]["epoch"]
        assert sum(message["type"] == "caption" for message in told) == 12


async def test_sound_of_one_language(site: Served, http: ClientSession) -> None:
    link, origin = await site.link(LIVE) + "/listen", {"Origin": site.address}
    async with http.ws_connect(f"{link}?lang=es", headers=origin) as ears:
        pieces = [await ears.receive_bytes(timeout=10) for _ in range(3)]
        assert [piece[4] for piece in pieces] == [0, 1, 2]
        assert int.from_bytes(pieces[0][:4], "little") == 16_000
    async with http.ws_connect(f"{link}?lang=fr", headers=origin) as ears:
        await ears.receive(timeout=10)
        assert ears.close_code == 4004


async def test_what_was_missed_is_told_in_a_language_that_there_is(
    site: Served, http: ClientSession
) -> None:
    async with http.get(await site.link(OVER) + "/missed?lang=fr") as answer:
        told = await answer.json()
        assert answer.status == 200
    assert told["summary"][0]["captions"]
    assert told["extractive"] in (True, False)


@pytest.mark.parametrize(
    ("path", "status"),
    [("?lang=es", 200), ("/events?lang=xx", 400), ("/events?lang=es&after=-1", 400),
     ("/listen?lang=original", 400)],
)  # fmt: skip
async def test_addresses(site: Served, http: ClientSession, path: str, status: int) -> None:
    async with http.get(await site.link(LIVE) + path) as answer:
        assert answer.status == status


async def test_links_that_are_not_good(site: Served, http: ClientSession) -> None:
    good = await site.link(LIVE)
    for link, status in ((good[:-2], 401), (await site.link(LIVE, hours=-1), 410)):
        async with http.get(link) as answer:
            assert answer.status == status
    async with http.get(await site.link(LIVE, "overlay") + "?lang=es&lines=3&size=64") as answer:
        assert answer.status == 200
    async with http.get(await site.link(LIVE, "overlay") + "?align=up") as answer:
        assert answer.status == 400
        assert "left, center, right" in await answer.text()
    for origin in ("https://elsewhere.example", ""):
        with pytest.raises(WSServerHandshakeError) as refused:
            await http.ws_connect(f"{good}/events?lang=es", headers={"Origin": origin})
        assert refused.value.status == 403

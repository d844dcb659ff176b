"""Listening to a language: who may, what comes, and who loses what."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web

from domain.voices import Speech
from web.listen import WAITING_S, SpeechFeed
from web.live import LivePage

RATE = 16_000


def speech(language: str = "es", seconds: float = 1.0, caption: str = "c1") -> Speech:
    tone = np.sin(np.arange(round(RATE * seconds)) / 6) * 9000
    return Speech(tone.astype("<i2").tobytes(), RATE, language, caption)


@pytest.fixture
async def feed(scene: Any, token: str) -> AsyncIterator[SpeechFeed]:
    """A served page that offers Spanish and French."""
    feed = SpeechFeed(("es", "fr"))
    page = LivePage(token, scene.subscribe, scene.state.snapshot, scene.jpegs)
    page.let_listen(feed)
    app = web.Application()
    page.add_routes(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    scene.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield feed
    await runner.cleanup()
    assert feed.listeners == 0


@pytest.fixture
async def session(token: str) -> AsyncIterator[ClientSession]:
    async with ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        yield session


async def until_listening(feed: SpeechFeed, count: int) -> None:
    async with asyncio.timeout(10):
        while feed.listeners != count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def hear(socket: ClientWebSocketResponse) -> tuple[dict[str, Any], bytes]:
    """The next speech."""
    async with asyncio.timeout(10):
        head: dict[str, Any] = {"type": "beat"}
        while head["type"] == "beat":
            head = json.loads(await socket.receive_str())
        sound = b""
        while len(sound) < head["samples"] * 2:
            sound += await socket.receive_bytes()
        return head, sound


async def test_the_chosen_language_is_heard_and_no_other(
    scene: Any, feed: SpeechFeed, session: ClientSession
) -> None:
    address = f"{scene.address}/live/listen"
    async with (
        session.ws_connect(f"{address}?language=es") as spanish,
        session.ws_connect(f"{address}?language=fr-FR") as french,
    ):
        await until_listening(feed, 2)
        assert feed.languages() == {"es", "fr"}
        await feed.play(speech("es", 2.0))
        await feed.play(speech("fr", 1.0, "c2"))
        head, sound = await hear(spanish)
        assert head == {"type": "speech", "caption": "c1", "rate": RATE, "samples": 2 * RATE}
        assert sound == speech("es", 2.0).pcm
        head, _ = await hear(french)
        assert head["caption"] == "c2"
    await until_listening(feed, 0)
    assert feed.languages() == frozenset()


@pytest.mark.parametrize("language", ["de", "", "xx", "es;fr", "../es"])
async def test_a_language_that_is_not_offered_is_refused(
    scene: Any, feed: SpeechFeed, session: ClientSession, language: str
) -> None:
    answer = await session.get(f"{scene.address}/live/listen", params={"language": language})
    assert answer.status == 404
    assert (await answer.json())["detail"] == "Spoken: es, fr."


async def test_strangers_hear_nothing(scene: Any, feed: SpeechFeed, token: str) -> None:
    address = f"{scene.address}/live/listen?language=es"
    async with ClientSession() as stranger:
        assert (await stranger.get(address)).status == 401
        with pytest.raises(WSServerHandshakeError) as refusal:
            await stranger.ws_connect(
                f"{address}&token={token}", headers={"Origin": "https://evil.example"}
            )
    assert refusal.value.status == 403


async def test_a_slow_listener_loses_sound_and_nobody_else_does(
    scene: Any, feed: SpeechFeed, session: ClientSession
) -> None:
    slow = feed.open("es")
    async with session.ws_connect(f"{scene.address}/live/listen?language=es") as quick:
        await until_listening(feed, 2)
        for number in range(30):
            await feed.play(speech("es", 1.0, str(number)))
            head, _ = await hear(quick)
            assert head["caption"] == str(number)
    assert slow.dropped == 30 - WAITING_S
    assert (await slow.take()).caption_id == str(30 - int(WAITING_S))
    feed.close(slow)
    await until_listening(feed, 0)


async def test_a_page_without_voices_has_no_control(
    scene: Any, session: ClientSession, token: str
) -> None:
    text = await (await session.get(f"{scene.address}/live")).text()
    assert 'id="listen"' not in text
    assert (await session.get(f"{scene.address}/live/listen?language=es")).status == 404


async def test_the_control_offers_the_languages(
    scene: Any, feed: SpeechFeed, session: ClientSession
) -> None:
    text = await (await session.get(f"{scene.address}/live")).text()
    assert '<option value="es" lang="es">Español</option>' in text
    assert "$" not in text


async def test_a_listener_s_own_words_are_not_wanted(
    scene: Any, feed: SpeechFeed, session: ClientSession
) -> None:
    async with session.ws_connect(f"{scene.address}/live/listen?language=es") as socket:
        await socket.send_str("x" * 5000)
        async with asyncio.timeout(10):
            message = await socket.receive()
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
    await until_listening(feed, 0)

"""A bot's speech reaches everybody who listens, through one connection per language."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

import pytest
from aiohttp import web

from domain.errors import UsageError
from domain.voices import Speech
from dragoman.serve.links import BotLinks
from dragoman.serve.sound import WAITING, Listener, Relay
from web.access import Access
from web.listen import ListenRoutes, SpeechFeed

TOKEN, RATE = "a-token", 16_000


@pytest.fixture
async def feed() -> AsyncIterator[tuple[SpeechFeed, str]]:
    spoken, app = SpeechFeed(("es", "fr")), web.Application()
    ListenRoutes(spoken, Access(TOKEN)).add_routes(app, lambda handler: handler)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield spoken, f"http://127.0.0.1:{runner.addresses[0][1]}/live?token={TOKEN}"
    await runner.cleanup()


async def heard(links: BotLinks, language: str, count: int) -> bytes:
    """So many bytes of sound; every piece tells the rate."""
    got, sound = b"", cast("AsyncGenerator[bytes]", links.sound("m1", language))
    async with aclosing(sound) as pieces:
        async for piece in pieces:
            assert int.from_bytes(piece[:4], "little") == RATE
            got += piece[4:]
            if len(got) >= count:
                break
    return got


async def listeners(feed: SpeechFeed, count: int) -> None:
    async with asyncio.timeout(10):
        while feed.listeners != count:
            await asyncio.sleep(0.01)


async def test_everybody_hears_through_one_connection(feed: tuple[SpeechFeed, str]) -> None:
    spoken, endpoint = feed
    said = bytes(range(250)) * 160
    async with BotLinks() as links, asyncio.timeout(20):
        links.attach("m1", endpoint)
        tasks = [asyncio.create_task(heard(links, "es", len(said))) for _ in range(5)]
        await listeners(spoken, 1)
        await spoken.play(Speech(b"\1\0" * 400, RATE, "fr"))
        await spoken.play(Speech(said, RATE, "es"))
        assert await asyncio.gather(*tasks) == [said] * 5
        await listeners(spoken, 0)


async def test_what_is_not_spoken_or_not_live_is_refused(feed: tuple[SpeechFeed, str]) -> None:
    async with BotLinks() as links, asyncio.timeout(20):
        with pytest.raises(UsageError, match="not live"):
            await heard(links, "es", 1)
        links.attach("m1", feed[1])
        with pytest.raises(UsageError, match="Nothing is spoken"):
            await heard(links, "de", 1)


async def test_a_slow_listener_loses_the_oldest() -> None:
    listener, piece = Listener(), bytes(WAITING // 4)
    for number in range(6):
        listener.put(bytes([number]) + piece)
    listener.end(None)
    assert [each[0] async for each in listener.pieces()] == [3, 4, 5]
    assert listener.dropped == 3


async def test_the_source_closes_after_the_last_and_opens_again() -> None:
    opened: list[str] = []

    async def source() -> AsyncIterator[bytes]:
        opened.append("open")
        try:
            while True:
                yield b"x"
                await asyncio.sleep(0.01)
        finally:
            opened.append("close")

    relay = Relay(source)
    for _ in range(2):
        async with aclosing(cast("AsyncGenerator[bytes]", relay.follow())) as pieces:
            async for _piece in pieces:
                break
    assert opened == ["open", "close"] * 2

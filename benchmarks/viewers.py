"""How many people can read along: added delay, memory and processor time of the server.

python -m benchmarks.viewers [--idle 1000] [--active 100] [--seconds 30] [--together] [--compress]
python -m benchmarks.viewers --page

One server process with the real guard. The active viewers read a meeting in which somebody
speaks without a pause (a caption is revised five times a second, in four languages); the idle
ones have the page of another meeting open in which nothing is said, or, with --together, of the
same. One more viewer takes nothing. Delay: from the moment at which the feed gives a caption to
its arrival at a viewer. Viewers run in a process of their own, on the same machine.
"""

import argparse
import asyncio
import json
import multiprocessing
import shutil
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from multiprocessing.connection import Connection
from typing import cast

import psutil
from aiohttp import ClientSession, ClientTimeout, TCPConnector, WSMsgType
from playwright.async_api import async_playwright
from yarl import URL

from domain.serving import Message
from web.scripted_data import LIVE, QUEUED
from web.viewers.rules import ViewerRules
from web.viewers.scripted import Served, served

LANGUAGES = ("es", "fr", "de", "pt")
EVERY_S = 0.2
WORDS = "the budget for the second quarter is approved and four percent higher than last year"


class Talk:
    """A LiveFeed: one meeting in which somebody speaks, one in which nobody does."""

    def __init__(self) -> None:
        self._followers: dict[str, set[asyncio.Queue[tuple[int, Message]]]] = {}
        self.number = 0

    def running(self) -> Sequence[str]:
        """Both."""
        return [LIVE, QUEUED]

    @asynccontextmanager
    async def follow(
        self, meeting_id: str, after: int | None = None
    ) -> AsyncIterator[AsyncIterator[tuple[int, Message]]]:
        """What is said from now on."""
        queue: asyncio.Queue[tuple[int, Message]] = asyncio.Queue()
        followers = self._followers.setdefault(meeting_id, set())
        followers.add(queue)
        try:
            yield _items(queue)
        finally:
            followers.discard(queue)

    async def pictures(self, meeting_id: str) -> AsyncIterator[bytes]:
        """None."""
        return
        yield b""

    async def sound(self, meeting_id: str, language: str) -> AsyncIterator[bytes]:
        """None."""
        return
        yield b""

    async def speak(self) -> None:
        """For ever; the speaker's name is the moment at which it was said."""
        said = WORDS.split()
        while True:
            self.number += 1
            sentence, at = divmod(self.number, len(said))
            for queue in self._followers.get(LIVE, ()):
                queue.put_nowait((self.number, _caption(sentence, said[: at + 1])))
            await asyncio.sleep(EVERY_S)


async def _items(
    queue: "asyncio.Queue[tuple[int, Message]]",
) -> AsyncIterator[tuple[int, Message]]:
    while True:
        yield await queue.get()


def _caption(sentence: int, words: Sequence[str]) -> Message:
    text = " ".join(words)
    return {
        "type": "caption", "id": f"caption-{sentence:08}", "revision": len(words), "key": "p1",
        "speaker": f"{time.monotonic():.4f}", "colour": 0, "language": "en", "rtl": False,
        "stable": text, "draft": "", "joiner": " ", "final": False, "start_s": float(sentence),
        "age_s": 0.5, "doubt": 0.0,
        "translations": [
            {"language": code, "text": f"{code} {text}", "state": "draft"} for code in LANGUAGES
        ],
    }  # fmt: skip


class Crowd:
    """Viewers in a process of their own."""

    def __init__(self) -> None:
        self.delays_ms: list[float] = []
        self.bytes = 0

    async def read(self, session: ClientSession, link: str, number: int, compress: int) -> None:
        """One viewer, until cancelled."""
        address = (URL(link) / "events").with_query(lang=LANGUAGES[number % len(LANGUAGES)])
        origin = str(address.origin()).replace("ws", "http")
        async with session.ws_connect(
            address, headers={"Origin": origin}, compress=compress, max_msg_size=0
        ) as socket:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._note(message.data)

    def _note(self, text: str) -> None:
        now_s = time.monotonic()
        self.bytes += len(text)
        for told in json.loads(text):
            if told["type"] == "caption":
                self.delays_ms.append((now_s - float(told["speaker"])) * 1000)


def crowd(links: Sequence[tuple[str, int]], compress: int, pipe: Connection) -> None:
    """Opens so many viewers per link; tells when all are in, and later what they saw."""

    async def run() -> None:
        seen = Crowd()
        async with ClientSession(
            connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)
        ) as session, asyncio.TaskGroup() as group:  # fmt: skip
            tasks = []
            for link, count in links:
                for number in range(count):
                    tasks.append(group.create_task(seen.read(session, link, number, compress)))
                    await asyncio.sleep(0.004)
            await asyncio.sleep(2)
            pipe.send("in")
            await asyncio.to_thread(pipe.recv)
            seen.delays_ms.clear()
            seen.bytes = 0
            await asyncio.to_thread(pipe.recv)
            pipe.send((seen.delays_ms, seen.bytes))
            for task in tasks:
                task.cancel()

    asyncio.run(run())


async def _deaf(link: str, stack: AsyncExitStack) -> None:
    """A viewer that takes nothing."""
    target = URL(link + "/events?lang=es")
    _reader, writer = await asyncio.open_connection(target.host, target.port, limit=1024)
    writer.write(
        f"GET {target.path_qs} HTTP/1.1\r\nHost: {target.authority}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nOrigin: {target.origin()}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    await writer.drain()
    transport = cast(asyncio.Transport, writer.transport)
    transport.pause_reading()
    stack.callback(writer.close)


def _percentile(values: list[float], part: float) -> float:
    return statistics.quantiles(values, n=1000)[int(part * 1000) - 1]


async def measure(asked: argparse.Namespace) -> None:
    """Prints the figures of one run."""
    me, talk = psutil.Process(), Talk()
    rules = ViewerRules(compress=asked.compress)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        site = await stack.enter_async_context(served(talk, rules))
        busy, calm = await site.link(LIVE), await site.link(QUEUED)
        empty_mb = me.memory_info().rss / 1e6
        here, there = multiprocessing.Pipe()
        links = [(busy if asked.together else calm, asked.idle), (busy, asked.active)]
        worker = multiprocessing.get_context("spawn").Process(
            target=crowd, args=(links, 15 if asked.compress else 0, there)
        )
        worker.start()
        speaking = group.create_task(talk.speak())
        await asyncio.to_thread(here.recv)
        await _deaf(busy, stack)
        before, began_s = me.cpu_times(), time.monotonic()
        frames = _made(site)
        here.send("count")
        await asyncio.sleep(asked.seconds)
        after, lasted_s = me.cpu_times(), time.monotonic() - began_s
        here.send("tell")
        delays, received = await asyncio.to_thread(here.recv)
        used = (after.user + after.system - before.user - before.system) / lasted_s
        _print(asked, site, delays)
        print(f"server memory        {me.memory_info().rss / 1e6:.0f} MB ({empty_mb:.0f} MB empty)")
        print(f"server processor     {used:.0%} of a core")
        print(f"frames written       {_made(site) - frames} for {len(delays)} that were received")
        print(f"text per second      {received / lasted_s / 1000:.0f} kB to all viewers")
        speaking.cancel()
        await asyncio.to_thread(worker.join, 10)


def _print(asked: argparse.Namespace, site: Served, delays: list[float]) -> None:
    where = "all in one meeting" if asked.together else "the idle ones in another meeting"
    who = f"idle {asked.idle}, active {asked.active}, one takes nothing"
    print(f"viewers              {len(site.viewers.sockets)} ({who}), {where}")
    print(f"permessage-deflate   {'on' if asked.compress else 'off'}")
    middle, late = _percentile(delays, 0.5), _percentile(delays, 0.99)
    print(
        f"added delay          p50 {middle:.0f} ms, p99 {late:.0f} ms, worst {max(delays):.0f} ms"
    )


def _made(site: Served) -> int:
    rooms = (site.viewers.rooms.find(each) for each in (LIVE, QUEUED))
    return sum(room.made for room in rooms if room)


async def page(seconds: float) -> None:
    """Prints how busy the page keeps a browser while somebody speaks."""
    talk = Talk()
    async with served(talk) as site, async_playwright() as playwright, asyncio.TaskGroup() as group:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        shown = await browser.new_page(viewport={"width": 390, "height": 780})
        devtools = await shown.context.new_cdp_session(shown)
        await devtools.send("Performance.enable")
        speaking = group.create_task(talk.speak())
        await shown.goto(f"{await site.link(LIVE)}?lang=es")
        await asyncio.sleep(5)

        async def busy_s() -> float:
            told = await devtools.send("Performance.getMetrics")
            return float(next(m["value"] for m in told["metrics"] if m["name"] == "TaskDuration"))

        before, began_s = await busy_s(), time.monotonic()
        await asyncio.sleep(seconds)
        share = (await busy_s() - before) / (time.monotonic() - began_s)
        print(f"page, main thread    {share:.1%} of a core while a caption grows 5 times a second")
        speaking.cancel()
        await browser.close()


def main() -> None:
    """Reads the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=1000)
    parser.add_argument("--active", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--compress", action="store_true")
    parser.add_argument("--together", action="store_true", help="idle viewers in the same meeting")
    parser.add_argument("--page", action="store_true", help="measure a browser instead")
    asked = parser.parse_args()
    asyncio.run(page(asked.seconds) if asked.page else measure(asked))


if __name__ == "__main__":
    main()

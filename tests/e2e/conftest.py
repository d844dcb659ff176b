"""A real Chromium, driven by the bot, on the stand-in."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from bot.browser import find_browser
from bot.endpoint import PageEndpoint
from bot.intake import BotEvent
from bot.meet import MeetBot
from bot.settings import BotSettings
from domain.errors import MissingError
from domain.events import Notice
from domain.hints import CaptionHint, Hint
from domain.links import parse_link
from domain.meetings import MeetingState, Reason
from standin.server import StandIn


@dataclass
class Stay:
    """A bot and what it told of its states."""

    bot: MeetBot
    endpoint: PageEndpoint
    changes: list[tuple[MeetingState, Reason, str]]
    changed: asyncio.Event

    @property
    def states(self) -> list[MeetingState]:
        return [state for state, _, _ in self.changes]

    async def reached(self, state: MeetingState, within_s: float = 15.0) -> None:
        async with asyncio.timeout(within_s):
            while state not in self.states:
                self.changed.clear()
                await self.changed.wait()


Visit = Callable[..., AbstractAsyncContextManager[Stay]]


@pytest.fixture(scope="session")
def chromium() -> str:
    try:
        return find_browser("")
    except MissingError as error:
        pytest.skip(str(error))


@pytest.fixture
def visit(chromium: str) -> Visit:
    """`async with visit(site, **settings) as stay:` opens a bot for a stand-in."""

    @asynccontextmanager
    async def open_stay(site: StandIn, **options: Any) -> AsyncIterator[Stay]:
        endpoint = PageEndpoint()
        app = web.Application()
        endpoint.add_routes(app)
        runner = web.AppRunner(app, shutdown_timeout=0.5)
        await runner.setup()
        try:
            tcp = web.TCPSite(runner, "127.0.0.1", 0)
            await tcp.start()
            address = f"ws://127.0.0.1:{runner.addresses[0][1]}"
            endpoint.bind(options.pop("address", address))
            link = parse_link(site.link, site.url)
            settings = BotSettings(link=link, name="Dragoman", browser=chromium, **options)
            changes: list[tuple[MeetingState, Reason, str]] = []
            changed = asyncio.Event()

            async def on_change(state: MeetingState, reason: Reason, evidence: str) -> None:
                changes.append((state, reason, evidence))
                changed.set()

            bot = MeetBot(settings, endpoint, on_change)
            async with bot:
                yield Stay(bot, endpoint, changes, changed)
        finally:
            await runner.cleanup()

    return open_stay


@dataclass
class Heard:
    """What a bot told so far."""

    hints: list[Hint]
    events: list[BotEvent]
    news: asyncio.Event

    @property
    def notices(self) -> list[str]:
        return [event.kind for event in self.events if isinstance(event, Notice)]

    @property
    def captions(self) -> list[CaptionHint]:
        return [hint for hint in self.hints if isinstance(hint, CaptionHint)]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Name and newest text of every line, in the order in which they began."""
        newest: dict[str, tuple[str, str]] = {}
        for hint in self.captions:
            newest[hint.line_id] = (hint.name, hint.text)
        return list(newest.values())

    async def until(self, holds: Callable[[], bool], within_s: float = 30.0) -> None:
        """Waits until something was told; fails with what was told instead."""
        try:
            async with asyncio.timeout(within_s):
                while not holds():
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            pytest.fail(f"not told; notices {self.notices}, lines {self.lines}")


@pytest.fixture
def listening() -> Callable[[MeetBot], AbstractAsyncContextManager[Heard]]:
    """`async with listening(bot) as heard:` reads hints and events of a bot in the call."""

    @asynccontextmanager
    async def listen(bot: MeetBot) -> AsyncIterator[Heard]:
        heard = Heard([], [], asyncio.Event())

        async def keep(source: AsyncIterator[Any], into: list[Any]) -> None:
            async for item in source:
                into.append(item)
                heard.news.set()

        async with asyncio.TaskGroup() as tasks:
            readers = [
                tasks.create_task(keep(bot.hints(), heard.hints)),
                tasks.create_task(keep(bot.events(), heard.events)),
            ]
            yield heard
            for reader in readers:
                reader.cancel()

    return listen


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    """`await until(true)`: looks often, as pages and other processes set no event."""

    async def wait(true: Callable[[], object], within_s: float = 60.0) -> None:
        async with asyncio.timeout(within_s):
            while not true():
                await asyncio.sleep(0.05)

    return wait


Command = Callable[..., AbstractAsyncContextManager[asyncio.subprocess.Process]]


@pytest.fixture
def dragoman() -> Command:
    """`async with dragoman(*arguments, SETTING=value) as process:` runs a command, whose notes
    come with its words unless `stderr` is given; what still runs in the end is killed."""

    @asynccontextmanager
    async def running(
        *arguments: str, stderr: int = asyncio.subprocess.STDOUT, **settings: str
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
        told = {f"DRAGOMAN_{name}": value for name, value in settings.items()}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dragoman", *arguments),
            env={**environment, **told, "COLUMNS": "300"},
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    return running


@pytest.fixture
def run_dragoman(dragoman: Command) -> Callable[..., Awaitable[tuple[int, str]]]:
    """`code, told = await run_dragoman(*arguments)`: a command until its end."""

    async def run(*arguments: str, **options: Any) -> tuple[int, str]:
        async with dragoman(*arguments, **options) as process:
            out, err = await asyncio.wait_for(process.communicate(), 110)
        noted = (out + (err or b"")).decode()
        assert "Traceback" not in noted, noted
        assert process.returncode is not None
        return process.returncode, out.decode()

    return run

"""What breaks in the meeting: the bot comes back with a fresh browser, in the same time."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.processes import using
from domain.audio import Gap
from domain.events import Event, Notice
from domain.meetings import Ending, Meeting, MeetingState, Reason
from dragoman.hub import Hub
from dragoman.recovery import Recovery
from dragoman.steps import Steps
from standin.script import Ending as ScriptEnding
from standin.script import Line, Lobby, Script, bundled_script
from standin.server import StandIn
from storage.memory import MemoryMeetingStore

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

Until = Callable[..., Awaitable[None]]


def script(**traps: Any) -> Script:
    base = bundled_script("short")
    lines = tuple(
        Line("anna", 1.0 + 3 * n, f"We go on with the plan, part {n}.") for n in range(60)
    )
    return replace(
        base, lines=lines, chat=(), lobby=Lobby("none"), end=ScriptEnding("stays"),
        traps=replace(base.traps, **traps),
    )  # fmt: skip


class Stay:
    """A bot in a meeting with its recovery; what it told."""

    def __init__(self, bot: Any, steps: Steps, told: list[Event], until: Until) -> None:
        self._until = until
        self.bot = bot
        self.steps = steps
        self.told = told

    @property
    def gaps(self) -> list[Gap]:
        return [event for event in self.told if isinstance(event, Gap) and event.track == "mix"]

    def tries(self) -> int:
        return sum(step.reason is Reason.RECOVERING for step in self.steps.taken)

    async def back(self, times: int = 1) -> None:
        await self._until(lambda: self._rejoined() >= times, 90)

    async def hears(self) -> None:
        """Speech comes after now."""
        now_s = self.bot.clock.now_s()
        await self._until(lambda: (self.bot.intake.last_heard_s or 0.0) > now_s, 90)

    def _rejoined(self) -> int:
        return sum(isinstance(e, Notice) and e.kind == "rejoined" for e in self.told)


Stays = Callable[..., AbstractAsyncContextManager[tuple[Stay, Awaitable[Ending]]]]


@pytest.fixture
def stays(visit: Any, until: Until) -> Stays:
    """`async with stays(site, **settings) as (stay, recovery):` a bot that is in the call."""

    @asynccontextmanager
    async def come(site: StandIn, **options: Any) -> AsyncIterator[tuple[Stay, Awaitable[Ending]]]:
        async with visit(site, **options) as seen:
            store, hub, told = MemoryMeetingStore(), Hub(), list[Event]()
            now = datetime.now(UTC)
            await store.create(Meeting("m", "l", "c", "n", (), MeetingState.STARTING, now))
            steps = Steps("m", MeetingState.STARTING, store, hub)
            hub.on(told.append)
            seen.bot._on_change = steps.take
            assert await seen.bot.join() is None
            recovery = asyncio.ensure_future(Recovery(seen.bot, steps, hub.publish).stay())
            try:
                stay = Stay(seen.bot, steps, told, until)
                await stay.hears()
                yield stay, recovery
            finally:
                recovery.cancel()

    return come


def processes(profile: Path, kind: bytes) -> list[int]:
    told = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in using(profile)}
    return [pid for pid, line in told.items() if (kind in line if kind else b"--type=" not in line)]


def send(pids: list[int], number: signal.Signals = signal.SIGKILL) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, number)


async def test_the_renderer_is_killed_and_the_bot_comes_back_in_its_time(stays: Stays) -> None:
    async with StandIn(script()) as site, stays(site) as (stay, recovery):
        clock, before = stay.bot.clock, stay.bot.profile
        killed_s = clock.now_s()
        send(processes(before, b"--type=renderer"))
        await stay.back()
        assert stay.bot.clock is clock
        [gap] = stay.gaps
        assert killed_s - 3 < gap.start_s <= gap.end_s <= clock.now_s()
        assert "crashed" in gap.reason
        await stay.hears()
        assert stay.tries() == 1
        assert stay.steps.state is MeetingState.IN_MEETING
        assert stay.steps.taken[-1].reason is Reason.REJOINED
        assert using(before) == []
        assert not before.exists()
        await site.end_for_everyone()
        ending = await asyncio.wait_for(recovery, 30)
        assert ending.reason is Reason.HOST_ENDED


@pytest.mark.heavy
async def test_the_browser_is_killed_twice(stays: Stays) -> None:
    async with StandIn(script()) as site, stays(site) as (stay, _):
        for times in (1, 2):
            send(processes(stay.bot.profile, b""))
            await stay.back(times)
            await stay.hears()
        assert stay.tries() == 2
        assert len(stay.gaps) == 2


@pytest.mark.heavy
async def test_a_page_that_hangs_is_given_up(stays: Stays, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.tab._SNAPSHOT_S", 0.5)
    monkeypatch.setattr("bot.caretaker._LOOK_S", 2.0)
    async with StandIn(script()) as site, stays(site, gone_s=3.0) as (stay, _):
        before = stay.bot.profile
        send(processes(before, b"--type=renderer"), signal.SIGSTOP)
        await stay.back()
        await stay.hears()
        assert using(before) == []


@pytest.mark.heavy
async def test_a_page_that_loads_itself_anew_is_joined_again(stays: Stays) -> None:
    async with StandIn(script(page_reload_at_s=8.0)) as site, stays(site) as (stay, _):
        await stay.back()
        await stay.hears()
        assert "green room" in stay.gaps[0].reason


@pytest.mark.heavy
@pytest.mark.parametrize("cut_s", [5.0, 30.0, 120.0])
async def test_the_network_is_cut(stays: Stays, until: Until, cut_s: float) -> None:
    async with StandIn(script()) as site, stays(site) as (stay, _):
        began = time.monotonic()
        await site.cut_network(cut_s)
        await until(lambda: stay.gaps != [], 60 + cut_s)
        await stay.back()
        assert time.monotonic() - began >= cut_s
        await stay.hears()
        assert stay.tries() == 1
        assert "connection" in stay.gaps[0].reason


@pytest.mark.heavy
async def test_the_meeting_ends_while_the_bot_is_away(stays: Stays) -> None:
    async with StandIn(script()) as site, stays(site) as (stay, recovery):
        send(processes(stay.bot.profile, b""))
        await site.end_for_everyone()
        ending = await asyncio.wait_for(recovery, 60)
        assert ending.reason is Reason.HOST_ENDED
        assert len(stay.gaps) == 1


@pytest.mark.heavy
async def test_somebody_sends_the_bot_away_while_it_comes_back(stays: Stays, until: Until) -> None:
    async with StandIn(script()) as site, stays(site) as (stay, recovery):
        send(processes(stay.bot.profile, b""))
        await until(lambda: stay.tries() == 1)
        stay.bot.stop(Reason.STOPPED)
        ending = await asyncio.wait_for(recovery, 60)
        assert ending.reason is Reason.STOPPED

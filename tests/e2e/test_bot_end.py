"""The ways out, and that nothing of the browser is left."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.processes import using
from domain.errors import UsageError
from domain.meetings import Reason
from standin.script import Ending, Lobby, Script, bundled_script
from standin.server import StandIn

pytestmark = pytest.mark.e2e


def script(**changes: Any) -> Script:
    base = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("stays"))
    return replace(base, lines=(), chat=(), **changes)


def signal_renderers(profile: Path, number: signal.Signals) -> None:
    for pid in using(profile):
        if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, number)


async def test_removed(visit: Any) -> None:
    async with StandIn(script()) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        await site.remove_bot()
        ending = await stay.bot.stay()
    assert ending.reason is Reason.REMOVED


async def test_the_host_ends_it(visit: Any) -> None:
    async with StandIn(script()) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        await site.end_for_everyone()
        ending = await stay.bot.stay()
    assert ending.reason is Reason.HOST_ENDED


async def test_everybody_goes(visit: Any) -> None:
    ends = Ending("everyone_leaves", 3.0)
    async with StandIn(replace(script(), end=ends)) as site:
        async with visit(site, alone_s=1.0) as stay:
            assert await stay.bot.join() is None
            ending = await stay.bot.stay()
            assert stay.bot.clock.now_s() > 3.5
            assert await stay.bot.leave(ending.reason)
    assert ending.reason is Reason.ALONE


async def test_the_page_crashes(visit: Any) -> None:
    async with StandIn(script()) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        signal_renderers(stay.bot.profile, signal.SIGKILL)
        async with asyncio.timeout(10):
            ending = await stay.bot.stay()
    assert ending.reason is Reason.PAGE_GONE


async def test_the_page_hangs(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.tab._SNAPSHOT_S", 0.5)
    monkeypatch.setattr("bot.caretaker._LOOK_S", 2.0)
    async with StandIn(script()) as site, visit(site, gone_s=1.0) as stay:
        assert await stay.bot.join() is None
        signal_renderers(stay.bot.profile, signal.SIGSTOP)
        async with asyncio.timeout(10):
            ending = await stay.bot.stay()
    assert ending.reason is Reason.PAGE_GONE


async def test_two_bots_do_not_share_a_kept_profile(visit: Any, tmp_path: Path) -> None:
    async with StandIn(script()) as site, visit(site, profile=tmp_path) as stay:
        with pytest.raises(UsageError, match="in use by another bot"):
            async with visit(site, profile=tmp_path):
                pytest.fail("the second bot started")
        assert await stay.bot.join() is None
    assert using(tmp_path) == []


async def test_nothing_is_left_after_a_cancellation(visit: Any) -> None:
    opened: list[Path] = []

    async def stay_for_ever(site: StandIn) -> None:
        async with visit(site) as stay:
            opened.append(stay.bot.profile)
            await stay.bot.join()
            joined.set()
            await stay.bot.stay()

    joined = asyncio.Event()
    async with StandIn(script()) as site, asyncio.TaskGroup() as tasks:
        task = tasks.create_task(stay_for_ever(site))
        await joined.wait()
        assert using(opened[0])
        task.cancel()
    assert task.cancelled()
    assert using(opened[0]) == []
    assert not opened[0].exists()


async def test_a_browser_that_is_cancelled_while_it_starts_is_gone(
    visit: Any, tmp_path: Path
) -> None:
    async def start(site: StandIn) -> None:
        async with visit(site, profile=tmp_path):
            pytest.fail("it started too fast for this test")

    async with StandIn(script()) as site, asyncio.TaskGroup() as tasks:
        task = tasks.create_task(start(site))
        await asyncio.sleep(0.45)
        task.cancel()
    assert task.cancelled()
    assert using(tmp_path) == []

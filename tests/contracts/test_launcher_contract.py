"""Every Launcher does what the port says."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.errors import UsageError
from scheduler.launchers.local import LocalLauncher
from scheduler.launchers.port import Launcher
from scheduler.launchers.scripted import ScriptedLauncher

BOT = """
import sys, time
if sys.argv[1].startswith("short"):
    sys.exit(11)
time.sleep(600)
"""


@pytest.fixture(params=["scripted", "local"])
async def launcher(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Launcher]:
    if request.param == "scripted":
        async with ScriptedLauncher({"short": 11}) as scripted:
            yield scripted
        return
    script = tmp_path / "bot.py"
    script.write_text(BOT)
    async with LocalLauncher((sys.executable, str(script)), tmp_path / "logs") as local:
        yield local


async def test_a_bot_runs_until_it_is_stopped(launcher: Launcher) -> None:
    bot = await launcher.launch("long-1", ["--quiet"])
    assert bot.alive()
    assert bot.meeting_id == "long-1"
    assert await bot.stop() == -15
    assert not bot.alive()
    assert await bot.stop() == -15
    assert await bot.wait() == -15


async def test_the_exit_code_is_told_to_everybody_who_waits(launcher: Launcher) -> None:
    bot = await launcher.launch("short")
    assert await asyncio.gather(bot.wait(), bot.wait()) == [11, 11]
    assert not bot.alive()


async def test_a_meeting_has_one_bot(launcher: Launcher) -> None:
    first, second = await asyncio.gather(launcher.launch("long-1"), launcher.launch("long-1"))
    assert first is second
    await first.stop()
    third = await launcher.launch("long-1")
    assert third is not first
    assert third.alive()


async def test_the_running_ones_are_known(launcher: Launcher) -> None:
    bots = [await launcher.launch(name) for name in ("long-a", "long-b")]
    await (await launcher.launch("short")).wait()
    assert list(launcher.running()) == bots
    await launcher.aclose()
    assert list(launcher.running()) == []


async def test_waiting_may_be_given_up(launcher: Launcher) -> None:
    bot = await launcher.launch("long-1")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await bot.wait()
    assert bot.alive()


@pytest.mark.parametrize("name", ["", "-x", "../up", "a b", "a;b", "a\n", "x" * 101])
async def test_an_id_that_is_no_name_is_refused(launcher: Launcher, name: str) -> None:
    with pytest.raises(UsageError):
        await launcher.launch(name)

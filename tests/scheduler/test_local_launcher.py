"""Bots as real processes: their logs, their ends, and nobody left behind."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from domain.errors import MissingError, StorageError
from scheduler.launchers.local import LocalLauncher

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, "arguments", *sys.argv[1:], flush=True)
print("group", os.getpgid(0) == os.getpid(), "session", os.getsid(0) == os.getpid(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def prefix(tmp_path: Path) -> tuple[str, str]:
    script = tmp_path / "stubborn.py"
    script.write_text(STUBBORN)
    return sys.executable, str(script)


def _words(log_file: Path) -> list[str]:
    text = log_file.read_text()
    return text.split() if text.count("\n") >= 2 else []


async def _said(log_file: Path) -> list[str]:
    async with asyncio.timeout(10):
        while not _words(log_file):
            await asyncio.sleep(0.01)
    return _words(log_file)


def _runs(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody has collected yet does not."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


async def _gone(pid: int) -> bool:
    async with asyncio.timeout(10):
        while _runs(pid):
            await asyncio.sleep(0.01)
    return True


async def test_a_stubborn_bot_is_killed_with_all_it_started(
    prefix: tuple[str, str], tmp_path: Path
) -> None:
    async with LocalLauncher(prefix, tmp_path / "logs") as launcher:
        bot = await launcher.launch("m-1", ["--loud", "a b; $(c)"])
        said = await _said(bot.log_file)
        assert said[2:] == [
            "arguments", "m-1", "--loud", "a", "b;", "$(c)",
            "group", "True", "session", "True",
        ]  # fmt: skip
        assert await bot.stop(0.05) == -9
    assert await _gone(int(said[1]))
    assert bot.log_file == tmp_path / "logs" / "m-1" / "process.log"
    assert bot.log_file.parent.stat().st_mode & 0o077 == 0
    assert bot.log_file.stat().st_mode & 0o077 == 0


async def test_a_bot_that_dies_leaves_no_child(prefix: tuple[str, str], tmp_path: Path) -> None:
    async with LocalLauncher(prefix, tmp_path) as launcher:
        bot = await launcher.launch("m-1")
        said = await _said(bot.log_file)
        os.kill(bot.pid, 9)
        assert await bot.wait() == -9
        assert await _gone(int(said[1]))


async def test_cancellation_leaves_no_orphan(prefix: tuple[str, str], tmp_path: Path) -> None:
    pids: list[int] = []
    ready = asyncio.Event()

    async def parent() -> None:
        async with LocalLauncher(prefix, tmp_path, deadline_s=0.05) as launcher:
            bot = await launcher.launch("m-1")
            pids.extend([bot.pid, int((await _said(bot.log_file))[1])])
            ready.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(parent())
    await ready.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [await _gone(pid) for pid in pids] == [True, True]


async def test_a_second_cancellation_leaves_no_orphan_either(
    prefix: tuple[str, str], tmp_path: Path
) -> None:
    launcher = LocalLauncher(prefix, tmp_path, deadline_s=60)
    bot = await launcher.launch("m-1")
    child = int((await _said(bot.log_file))[1])
    closing = asyncio.create_task(launcher.aclose())
    await asyncio.sleep(0.05)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert await _gone(child)
    assert await bot.wait() == -9


async def test_what_is_missing_is_named(tmp_path: Path) -> None:
    async with LocalLauncher(("/nowhere/program",), tmp_path) as launcher:
        with pytest.raises(MissingError, match="/nowhere/program"):
            await launcher.launch("m-1")
    (tmp_path / "file").write_text("")
    async with LocalLauncher((sys.executable,), tmp_path / "file") as launcher:
        with pytest.raises(StorageError, match="log file"):
            await launcher.launch("m-1")

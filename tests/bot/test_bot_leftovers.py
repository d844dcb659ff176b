"""What a killed bot leaves is found by its mark; what belongs to a live one is let be."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.leftovers import PROFILE, VARIABLE, mark, sweep
from bot.profile import hold_profile

OWNER = """
import subprocess, sys, tempfile, time
from bot.leftovers import PROFILE, VARIABLE, mark
folder = tempfile.mkdtemp(prefix=f"{PROFILE}{mark()}-")
child = subprocess.Popen(
    ["sleep", "300"], env={VARIABLE: mark()}, start_new_session=True, stdout=subprocess.DEVNULL
)
print(folder, child.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture
async def owner() -> AsyncIterator[tuple[asyncio.subprocess.Process, Path, int]]:
    """A process that owns a profile and a process, as a bot does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    told = (await asyncio.wait_for(process.stdout.readline(), 60)).split()
    folder, child = Path(told[0].decode()), int(told[1])
    yield process, folder, child
    if process.returncode is None:
        process.kill()
    await process.wait()
    shutil.rmtree(folder, ignore_errors=True)
    if runs(child):
        os.kill(child, signal.SIGKILL)


def runs(pid: int) -> bool:
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False


async def test_only_what_a_dead_bot_left_is_cleaned_up(
    owner: tuple[asyncio.subprocess.Process, Path, int],
) -> None:
    process, folder, child = owner
    await asyncio.to_thread(sweep)
    assert folder.exists()
    assert runs(child)
    process.kill()
    await process.wait()
    async with asyncio.timeout(20):  # another bot's sweep may be at it at the same moment
        while folder.exists() or runs(child):
            await asyncio.to_thread(sweep)


def test_a_number_that_was_given_to_another_process_is_no_owner(tmp_path: Path) -> None:
    namespace, pid, started = mark().split("-")
    assert int(pid) == os.getpid()
    parent = Path(tempfile.gettempdir())
    reused = parent / f"{PROFILE}{namespace}-{pid}-{int(started) + 1}-test"
    elsewhere = parent / f"{PROFILE}1-{pid}-{int(started) + 1}-test"
    foreign = parent / f"{PROFILE}something-else"
    folders = (reused, elsewhere, foreign)
    try:
        for folder in folders:
            folder.mkdir()
        sweep()
        assert [folder.exists() for folder in folders] == [False, True, True]
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def test_a_profile_carries_the_mark_of_its_owner() -> None:
    with hold_profile(None) as profile:
        assert profile.name.startswith(f"{PROFILE}{mark()}-")
        sweep()
        assert profile.exists()
    assert not profile.exists()
    assert VARIABLE.startswith("_")

"""SIGTERM at every moment of a bot's life, and a disk that is full: named ends, nothing left."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults import browser_processes, leftovers
from standin.script import Ending, Line, Lobby, Script, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.heavy, pytest.mark.timeout(240)]

Until = Callable[..., Awaitable[None]]


def script(lobby: str = "none") -> Script:
    base = bundled_script("short")
    lines = tuple(Line("anna", 2.0 + 4 * n, f"This is part {n} of the plan.") for n in range(40))
    return replace(base, lines=lines, chat=(), lobby=Lobby(lobby, 600), end=Ending("stays"))


@pytest.fixture
def joining(dragoman: Any) -> Any:
    """`async with joining(site, data) as process:` runs a bot."""

    def join(site: StandIn, data: Path) -> Any:
        arguments = ("join", site.link, "--base-url", site.url, "--data", str(data))
        return dragoman(*arguments, HEARING__ENGINE="meet-captions")

    return join


async def ended(process: asyncio.subprocess.Process) -> str:
    out, _ = await asyncio.wait_for(process.communicate(), 90)
    assert b"Traceback" not in out, out.decode()
    return out.decode()


def rows(data: Path, query: str) -> list[tuple[str, ...]]:
    """What another process has stored; nothing while it makes the tables."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(data / "dragoman.db")) as file:
        return file.execute(query).fetchall()
    return []


def steps(data: Path) -> list[tuple[str, ...]]:
    return rows(data, "select state, reason from state_change order by number")


@pytest.mark.parametrize("state", ["starting", "joining", "lobby", "in_meeting", "recovering"])
async def test_a_signal_ends_it_in_order_whatever_it_does(
    chromium: str, tmp_path: Path, joining: Any, until: Until, state: str
) -> None:
    async with (
        StandIn(script("admit" if state in ("joining", "lobby") else "none")) as site,
        joining(site, tmp_path) as process,
    ):
        if state == "recovering":
            await until(lambda: ("in_meeting", "admitted") in steps(tmp_path))
            for pid in browser_processes(process.pid):
                os.kill(pid, signal.SIGKILL)
            await until(lambda: ("starting", "recovering") in steps(tmp_path))
        else:
            await until(lambda: any(step[0] == state for step in steps(tmp_path)))
        process.send_signal(signal.SIGTERM)
        await ended(process)
        assert process.returncode == 0
        assert rows(tmp_path, "select state, reason from meeting") == [("ended", "stopped")]
        assert leftovers([process.pid]) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=48m", "none", str(disk)]
    if mount is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def filled(disk: Path) -> Path:
    """A file that takes all the room there is."""
    path = disk / "filling"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(64 * 1024))
    return path


async def test_a_full_disk_costs_no_words(
    chromium: str, small_disk: Path, joining: Any, until: Until
) -> None:
    data = small_disk / "data"
    said = "select text from segment"
    async with StandIn(script()) as site, joining(site, data) as process:
        await until(lambda: rows(data, said))
        filling = filled(small_disk)
        spoken = len(site.journal.lines)
        await until(lambda: len(site.journal.lines) >= spoken + 4)
        assert process.returncode is None
        filling.unlink()
        await until(lambda: len(rows(data, said)) >= spoken + 3)
        process.send_signal(signal.SIGTERM)
        await ended(process)
        text = " ".join(text for (text,) in rows(data, said))
        for number in range(spoken, spoken + 3):
            assert text.count(f"part {number} of") == 1
        assert rows(data, "select state from meeting") == [("ended",)]

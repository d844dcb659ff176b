"""Breaks parts of a running installation, as hard as a machine would."""

import asyncio
import os
import re
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bot.leftovers import PROFILE, VARIABLE
from bot.processes import using
from dragoman.store import Stores

KINDS = ("renderer", "browser", "bot", "server", "database", "frozen")
LOCKED_S = 6.0
"""How long another process keeps the database."""


class Server:
    """`dragoman serve` as a process that can be killed and started again."""

    def __init__(self, config: Path, site: str) -> None:
        self._command = (
            *(sys.executable, "-m", "dragoman", "serve", "--config", str(config)),
            *("--port", "0", "--base-url", site),
        )
        self._process: asyncio.subprocess.Process
        self._drain: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when it serves."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        out = self._process.stdout
        assert out is not None
        async with asyncio.timeout(60):
            while not re.search(rb"serves at", line := await out.readline()):
                if not line:
                    raise RuntimeError("the server did not start")
        self._drain = asyncio.create_task(_read_on(out))

    async def kill(self) -> None:
        """No farewell."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._drain is not None:
            await self._drain


async def _read_on(out: asyncio.StreamReader) -> None:
    while await out.readline():
        pass


async def bot_pid(stores: Stores, meeting_id: str) -> int | None:
    """The process of a meeting's bot on this machine, by its heartbeat."""
    for beat in await stores.bots.heartbeats():
        here = beat.meeting_id == meeting_id and beat.host == socket.gethostname()
        if here and _runs(beat.pid):
            return beat.pid
    return None


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def browser_processes(pid: int, kind: str = "") -> list[int]:
    """Processes of the browser that a bot owns; with a kind, such as renderer, only those."""
    folders = Path(tempfile.gettempdir()).resolve().glob(f"{PROFILE}*-{pid}-*")
    found = []
    for each in (pid for folder in folders for pid in using(folder)):
        with suppress(OSError):
            told = Path(f"/proc/{each}/cmdline").read_bytes()
            if (f"--type={kind}".encode() in told) if kind else (b"--type=" not in told):
                found.append(each)
    return found


def signal_all(pids: Sequence[int], number: signal.Signals = signal.SIGKILL) -> int:
    """Signals processes; how many were there."""
    reached = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            reached += 1
    return reached


def lock_database(path: Path, seconds: float) -> None:
    """Keeps everybody from writing for a while. Blocks."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def leftovers(bot_pids: Sequence[int]) -> list[str]:
    """Profiles of these bots, and processes that carry their marks."""
    folder = Path(tempfile.gettempdir()).resolve()
    found = [path.name for pid in bot_pids for path in folder.glob(f"{PROFILE}*-{pid}-*")]
    marks = [f"-{pid}-".encode() for pid in bot_pids]
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            for each in (entry / "environ").read_bytes().split(b"\0"):
                name, _, value = each.partition(b"=")
                if name == VARIABLE.encode() and any(mark in value for mark in marks):
                    found.append(f"process {entry.name}")
    return found

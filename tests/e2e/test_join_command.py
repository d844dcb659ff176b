"""`dragoman join` as a person runs it: how it ends shows in the exit code and in the list."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standin.script import Ending, Lobby, Script, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]


class Join:
    """A running `dragoman join`."""

    def __init__(self, process: asyncio.subprocess.Process, data: Path) -> None:
        self.process = process
        self.data = data
        self.printed = ""

    async def ended(self) -> int:
        out, _ = await asyncio.wait_for(self.process.communicate(), 60)
        self.printed = out.decode()
        assert "Traceback" not in self.printed, self.printed
        return self.process.returncode or 0

    async def meeting(self) -> dict[str, Any]:
        listed = await dragoman("meetings", "--json", "--data", str(self.data))
        out, _ = await listed.communicate()
        found: dict[str, Any] = json.loads(out)[0]
        return found


async def dragoman(*arguments: str) -> asyncio.subprocess.Process:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dragoman", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


@asynccontextmanager
async def joining(script: Script, data: Path, *more: str) -> AsyncIterator[tuple[StandIn, Join]]:
    async with StandIn(script) as site:
        process = await dragoman(
            "join", site.link, "--base-url", site.url, "--data", str(data), *more
        )
        try:
            yield site, Join(process, data)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.1)


def family(pid: int) -> set[int]:
    """A process with all that descend from it."""
    found = {pid}
    for current in list(found):
        path = Path(f"/proc/{current}/task/{current}/children")
        if path.exists():
            for child in path.read_text().split():
                found |= family(int(child))
    return found


def alive(pids: set[int]) -> set[int]:
    def state(pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return "gone"

    return {pid for pid in pids if state(pid) not in ("gone", "Z")}


def calm(**changes: Any) -> Script:
    """A meeting in which nothing happens by itself."""
    script = bundled_script("short")
    return replace(script, end=Ending("stays"), lobby=Lobby("none"), chat=(), **changes)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_leaves_the_call_and_everything_closes(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with joining(calm(), tmp_path) as (site, join):
        await until(lambda: site.journal.first("joined"))
        await until(lambda: site.observer.frames_received > 10)
        processes = family(join.process.pid)
        join.process.send_signal(number)
        assert await join.ended() == 0, join.printed
        await until(lambda: site.journal.first("left"))
    assert alive(processes) == set()
    meeting = await join.meeting()
    assert (meeting["state"], meeting["reason"]) == ("ended", "stopped")
    assert [s["state"] for s in meeting["states"]][-2:] == ["leaving", "ended"]


async def test_a_signal_in_the_lobby_ends_it_too(tmp_path: Path) -> None:
    script = replace(calm(), lobby=Lobby("never", after_s=60))
    async with joining(script, tmp_path) as (site, join):
        await until(lambda: site.journal.first("asked"))
        processes = family(join.process.pid)
        join.process.send_signal(signal.SIGTERM)
        assert await join.ended() == 0, join.printed
    assert alive(processes) == set()
    assert (await join.meeting())["reason"] == "stopped"


async def test_denied_is_told_by_code_and_row(tmp_path: Path) -> None:
    script = replace(calm(), lobby=Lobby("deny", after_s=0.5))
    async with joining(script, tmp_path) as (_, join):
        assert await join.ended() == 10, join.printed
    meeting = await join.meeting()
    assert (meeting["state"], meeting["reason"]) == ("failed", "denied")
    assert "denied" in meeting["states"][-1]["evidence"].casefold()


async def test_removed_keeps_what_was_said_before(tmp_path: Path) -> None:
    async with joining(calm(), tmp_path, "--translate", "es,fr") as (site, join):
        await until(lambda: site.journal.lines)
        await until(lambda: site.journal.captions)
        await asyncio.sleep(6)
        await site.remove_bot()
        assert await join.ended() == 13, join.printed
    meeting = await join.meeting()
    assert (meeting["state"], meeting["reason"]) == ("ended", "removed")
    exported = await dragoman("export", meeting["id"], "--format", "json", "--data", str(tmp_path))
    out, _ = await exported.communicate()
    assert len(json.loads(out)["segments"]) >= 1


async def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with joining(calm(), tmp_path, "--port", port) as (_, join):
            assert await join.ended() == 2
            assert f"Port {port}" in join.printed


async def test_it_says_who_it_is_in_the_chat(tmp_path: Path) -> None:
    async with joining(calm(), tmp_path, "--translate", "es", "--name", "Ada") as (site, join):
        await until(lambda: len(site.journal.bot_chat) >= 2)
        said = [message.text for message in site.journal.bot_chat]
        await site.say_chat("Anna Keller", "/leave")
        assert await join.ended() == 0, join.printed
    assert said[0].startswith("Hello, I am Ada")
    assert said[1].startswith("Hola, soy Ada")
    assert all("/leave" in text for text in said)
    assert (await join.meeting())["reason"] == "leave_command"


async def test_a_signal_ends_the_demo_with_what_there_is(tmp_path: Path) -> None:
    process = await dragoman("demo", "--script", "short", "--out", str(tmp_path / "out"))
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"in_meeting" not in await process.stdout.readline():
                pass
        await asyncio.sleep(6)
        processes = family(process.pid)
        process.terminate()
        out, _ = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, out.decode()
    assert alive(processes) == set()
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [state["reason"] for state in report["states"]][-1] == "stopped"
    assert (tmp_path / "out" / "transcript.md").exists()
    assert not (tmp_path / "out" / "data" / "bot.toml").exists()

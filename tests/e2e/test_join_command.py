"""`dragoman join` as a person runs it: how it ends shows in the exit code and in the list."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standin.script import Ending, Lobby, Script, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

Until = Callable[..., Awaitable[None]]


Run = Callable[..., Awaitable[tuple[int, str]]]


class Join:
    """A running `dragoman join`."""

    def __init__(self, process: asyncio.subprocess.Process, run: Run, data: Path) -> None:
        self.process = process
        self._run = run
        self.data = data
        self.printed = ""

    async def ended(self) -> int:
        out, _ = await asyncio.wait_for(self.process.communicate(), 60)
        self.printed = out.decode()
        assert "Traceback" not in self.printed, self.printed
        return self.process.returncode or 0

    async def meeting(self) -> dict[str, Any]:
        _, listed = await self._run("meetings", "--json", "--data", str(self.data))
        found: dict[str, Any] = json.loads(listed)[0]
        return found


Joining = Callable[..., AbstractAsyncContextManager[tuple[StandIn, Join]]]


@pytest.fixture
def joining(dragoman: Any, run_dragoman: Run, tmp_path: Path) -> Joining:
    """`async with joining(script, *more) as (site, join):` runs `dragoman join`."""

    @asynccontextmanager
    async def come(script: Script, *more: str) -> AsyncIterator[tuple[StandIn, Join]]:
        async with StandIn(script) as site:
            here = ("--base-url", site.url, "--data", str(tmp_path))
            async with dragoman("join", site.link, *here, *more) as process:
                yield site, Join(process, run_dragoman, tmp_path)

    return come


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


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.heavy)]
)
async def test_a_signal_leaves_the_call_and_everything_closes(
    joining: Joining, until: Until, number: signal.Signals
) -> None:
    async with joining(calm()) as (site, join):
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


async def test_a_signal_in_the_lobby_ends_it_too(joining: Joining, until: Until) -> None:
    script = replace(calm(), lobby=Lobby("never", after_s=60))
    async with joining(script) as (site, join):
        await until(lambda: site.journal.first("asked"))
        processes = family(join.process.pid)
        join.process.send_signal(signal.SIGTERM)
        assert await join.ended() == 0, join.printed
    assert alive(processes) == set()
    assert (await join.meeting())["reason"] == "stopped"


async def test_denied_is_told_by_code_and_row(joining: Joining) -> None:
    script = replace(calm(), lobby=Lobby("deny", after_s=0.5))
    async with joining(script) as (_, join):
        assert await join.ended() == 10, join.printed
    meeting = await join.meeting()
    assert (meeting["state"], meeting["reason"]) == ("failed", "denied")
    assert "denied" in meeting["states"][-1]["evidence"].casefold()


async def test_removed_keeps_what_was_said_before(
    joining: Joining, until: Until, run_dragoman: Run, tmp_path: Path
) -> None:
    async with joining(calm(), "--translate", "es,fr") as (site, join):
        await until(lambda: site.journal.lines)
        await until(lambda: site.journal.captions)
        await asyncio.sleep(6)
        await site.remove_bot()
        assert await join.ended() == 13, join.printed
    meeting = await join.meeting()
    assert (meeting["state"], meeting["reason"]) == ("ended", "removed")
    data = ("--data", str(tmp_path))
    _, exported = await run_dragoman("export", meeting["id"], "--format", "json", *data)
    assert len(json.loads(exported)["segments"]) >= 1


async def test_a_port_in_use_is_told(joining: Joining) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with joining(calm(), "--port", port) as (_, join):
            assert await join.ended() == 2
            assert f"Port {port}" in join.printed


async def test_it_says_who_it_is_in_the_chat(joining: Joining, until: Until) -> None:
    async with joining(calm(), "--translate", "es", "--name", "Ada") as (site, join):
        await until(lambda: len(site.journal.bot_chat) >= 2)
        said = [message.text for message in site.journal.bot_chat]
        await site.say_chat("Anna Keller", "/leave")
        assert await join.ended() == 0, join.printed
    assert said[0].startswith("Hello, I am Ada")
    assert said[1].startswith("Hola, soy Ada")
    assert all("/leave" in text for text in said)
    assert (await join.meeting())["reason"] == "leave_command"


@pytest.mark.heavy
async def test_a_signal_ends_the_demo_with_what_there_is(dragoman: Any, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    async with dragoman("demo", "--script", "short", "--out", out) as process:
        async with asyncio.timeout(60):
            while b"in_meeting" not in await process.stdout.readline():
                pass
        await asyncio.sleep(6)
        processes = family(process.pid)
        process.terminate()
        told, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, told.decode()
    assert alive(processes) == set()
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [state["reason"] for state in report["states"]][-1] == "stopped"
    assert (tmp_path / "out" / "transcript.md").exists()
    assert not (tmp_path / "out" / "data" / "bot.toml").exists()

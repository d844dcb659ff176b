"""The commands as people use them beside a running server: found by its data folder."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standin.script import Ending, Lobby, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.heavy, pytest.mark.timeout(240)]

Until = Callable[..., Awaitable[None]]

Serve = Callable[..., Awaitable[Any]]


class Commands:
    """Runs `dragoman` on one data folder."""

    def __init__(self, dragoman: Any, data: Path) -> None:
        self._dragoman, self._data = dragoman, ("--data", str(data))

    def running(self, *arguments: str) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
        process: AbstractAsyncContextManager[asyncio.subprocess.Process] = self._dragoman(
            *arguments, *self._data, stderr=asyncio.subprocess.PIPE
        )
        return process

    async def run(self, *arguments: str) -> tuple[int | None, str, str]:
        async with self.running(*arguments) as process:
            return await done(process)


@pytest.fixture
def commands(dragoman: Any, tmp_path: Path) -> Commands:
    return Commands(dragoman, tmp_path)


async def done(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    """Exit code, what it said, and what it noted beside."""
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert b"Traceback" not in err, err.decode()
    return process.returncode, out.decode(), err.decode()


async def test_commands_go_through_the_server(
    serve: Serve, commands: Commands, until: Until
) -> None:
    script = replace(bundled_script("short"), end=Ending("stays"), lobby=Lobby("none"), chat=())
    async with StandIn(script) as site:
        await serve("--port", "0", "--base-url", site.url, SERVER__BOTS="1")
        async with commands.running("join", site.link, "--translate", "es") as join:
            await until(lambda: site.observer.frames_received > 10)
            await _a_second_one_waits(commands, site)
            (meeting,) = await _standing(commands)
            assert (meeting["state"], meeting["live"], meeting["place"]) == ("in_meeting", True, 0)
            assert meeting["heartbeat_age_s"] < 60
            assert meeting["memory_bytes"] > 50e6
            short = meeting["id"][:8]
            code, told, _ = await commands.run("pause")
            assert (code, told) == (
                0,
                f"The bot of meeting {short} pauses. Go on: dragoman resume\n",
            )
            assert (await commands.run("resume", short))[0] == 0
            join.send_signal(signal.SIGINT)
            code, told, noted = await done(join)
        assert code == 0, noted
        assert f"dragoman leave {short}" in told
        assert "in_meeting" in told
        assert "runs on this data folder" in noted
        assert not site.journal.first("left")
        await _it_is_followed_again(commands, site.link, short)
        await until(lambda: site.journal.first("left"))
    listed = json.loads((await commands.run("meetings", "--json"))[1])
    assert {each["id"]: each["reason"] for each in listed}[meeting["id"]] == "left"


async def _a_second_one_waits(commands: Commands, site: StandIn) -> None:
    """A further meeting gets a place, which the commands tell, and leaves the queue."""
    code, told, _ = await commands.run("join", f"{site.url}/zzz-yyyy-xxx", "--no-follow")
    assert (code, "place 1 in the queue" in told) == (0, True), told
    waiting, _ = await _standing(commands)
    assert (waiting["place"], waiting["health"]) == (1, "waits for a bot")
    code, told, _ = await commands.run("meetings")
    assert "place 1" in told
    code, told, _ = await commands.run("leave", waiting["id"][:8])
    assert (code, told) == (0, "ended: left\n")


async def _standing(commands: Commands) -> list[dict[str, Any]]:
    code, told, _ = await commands.run("status", "--json")
    standing = json.loads(told)
    assert (code, standing["well"], standing["parts"]) == (0, True, {"database": "ok"}), told
    found: list[dict[str, Any]] = standing["meetings"]
    return found


async def _it_is_followed_again(commands: Commands, link: str, short: str) -> None:
    """Joining again finds the bot that is there; sent away, its end is the command's."""
    async with commands.running("join", link) as again:
        assert again.stdout is not None
        first = (await asyncio.wait_for(again.stdout.readline(), 60)).decode()
        assert first.startswith(f"Meeting {short}"), first
        code, told, _ = await commands.run("leave")
        assert (code, told) == (0, "ended: left\n")
        code, told, noted = await done(again)
    assert code == 0, noted
    assert "ended: left" in told


async def test_bots_leave_with_a_server_that_takes_them_along(
    serve: Serve, commands: Commands, until: Until
) -> None:
    script = replace(bundled_script("short"), end=Ending("stays"), lobby=Lobby("none"), chat=())
    async with StandIn(script) as site:
        served = await serve("--port", "0", "--base-url", site.url, SERVER__ENDS_BOTS="true")
        assert (await commands.run("join", site.link, "--no-follow"))[0] == 0
        await until(lambda: site.observer.frames_received > 10)
        served.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(served.process.wait(), 60) == 0
        assert site.journal.first("left")
    code, told, _ = await commands.run("status", "--json")
    standing = json.loads(told)
    assert (code, standing["server"], standing["meetings"]) == (0, None, [])

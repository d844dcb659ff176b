"""`dragoman leave` as a person runs it: it ends a `dragoman join` of the same database."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from standin.script import Ending, Lobby, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]


async def dragoman(*arguments: str) -> asyncio.subprocess.Process:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dragoman", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def said(process: asyncio.subprocess.Process) -> str:
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert b"Traceback" not in out, out.decode()
    return out.decode()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.1)


async def test_leave_ends_the_join(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    script = replace(bundled_script("short"), end=Ending("stays"), lobby=Lobby("none"), chat=())
    async with StandIn(script) as site:
        join = await dragoman("join", site.link, "--base-url", site.url, *data)
        try:
            await until(lambda: site.journal.first("joined"))
            await until(lambda: site.observer.frames_received > 10)
            leave = await dragoman("leave", *data)
            told = await said(leave)
            assert (leave.returncode, told.strip()) == (0, "ended: left")
            printed = await said(join)
            assert join.returncode == 0, printed
            await until(lambda: site.journal.first("left"))
        finally:
            if join.returncode is None:
                join.kill()
                await join.wait()
    meeting = json.loads(await said(await dragoman("meetings", "--json", *data)))[0]
    assert (meeting["state"], meeting["reason"]) == ("ended", "left")
    assert [s["state"] for s in meeting["states"]][-2:] == ["leaving", "ended"]
    again = await dragoman("leave", *data)
    assert "No meeting is running" in await said(again)
    assert again.returncode == 2

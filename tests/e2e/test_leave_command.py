"""`dragoman leave` as a person runs it: it ends a `dragoman join` of the same database."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standin.script import Ending, Lobby, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

Run = Callable[..., Awaitable[tuple[int, str]]]
Until = Callable[..., Awaitable[None]]


async def test_leave_ends_the_join(
    dragoman: Any, run_dragoman: Run, until: Until, tmp_path: Path
) -> None:
    data = ("--data", str(tmp_path))
    script = replace(bundled_script("short"), end=Ending("stays"), lobby=Lobby("none"), chat=())
    async with (
        StandIn(script) as site,
        dragoman("join", site.link, "--base-url", site.url, *data) as join,
    ):
        await until(lambda: site.journal.first("joined"))
        await until(lambda: site.observer.frames_received > 10)
        code, told = await run_dragoman("leave", *data)
        assert (code, told.strip()) == (0, "ended: left")
        printed, _ = await asyncio.wait_for(join.communicate(), 60)
        assert join.returncode == 0, printed.decode()
        await until(lambda: site.journal.first("left"))
    meeting = json.loads((await run_dragoman("meetings", "--json", *data))[1])[0]
    assert (meeting["state"], meeting["reason"]) == ("ended", "left")
    assert [s["state"] for s in meeting["states"]][-2:] == ["leaving", "ended"]
    code, told = await run_dragoman("leave", *data)
    assert "No meeting is running" in told
    assert code == 2

"""The way in as a person sees it: `dragoman doctor --meet`, and tries in a meeting's record."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standin.script import Ending, Lobby, Script, Traps, bundled_script
from standin.server import StandIn
from storage.database import Database
from storage.facts import SqlFactStore

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

Run = Callable[..., Awaitable[tuple[int, str]]]


def script(lobby: Lobby | None = None, **traps: Any) -> Script:
    base = replace(bundled_script("short"), lines=(), chat=(), end=Ending("stays"))
    return replace(base, lobby=lobby or Lobby("none"), traps=Traps(**traps))


async def test_doctor_looks_at_the_green_room_and_does_not_knock(
    run_dragoman: Run, tmp_path: Path
) -> None:
    async with StandIn(script(drifted=("promo", "jsnames"))) as site:
        code, out = await run_dragoman(
            "doctor", "--meet", site.link, "--base-url", site.url, "--data", str(tmp_path)
        )
        assert site.journal.first("asked") is None
    assert code == 6, out
    lines = {line.split()[1]: line.split() for line in out.splitlines()[1:]}
    assert lines["join"][:3] == ["drift", "join", "label"]
    assert lines["camera"] == ["ok", "camera", "icon"]


@pytest.mark.heavy
async def test_doctor_joins_where_it_is_asked_to(run_dragoman: Run, tmp_path: Path) -> None:
    async with StandIn(script(Lobby("admit", 0.5))) as site:
        code, out = await run_dragoman(
            "doctor", "--meet", site.link, "--base-url", site.url, "--join", "--json",
            "--data", str(tmp_path), stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert site.journal.first("left") is not None
    told = json.loads(out)
    assert (code, told["drifted"], told["missing"]) == (0, {}, []), out
    assert set(told["places"]) >= {"green_room", "in_call"}


@pytest.mark.heavy
async def test_doctor_tells_why_it_could_not_look(run_dragoman: Run, tmp_path: Path) -> None:
    async with StandIn(script(Lobby("wrong_code"))) as site:
        code, out = await run_dragoman(
            "doctor", "--meet", site.link, "--base-url", site.url, "--data", str(tmp_path)
        )
    assert code == 15, out
    assert "wrong code" in out


@pytest.mark.heavy
async def test_each_try_and_the_locators_stand_in_the_record(
    run_dragoman: Run, tmp_path: Path
) -> None:
    broken_first = script(Lobby("deny", 0.5), first_loads_fail=1.0)
    async with StandIn(broken_first) as site:
        code, out = await run_dragoman(
            "join", site.link, "--base-url", site.url, "--data", str(tmp_path)
        )
    assert code == 10, out
    _, listed = await run_dragoman(
        "meetings", "--json", "--data", str(tmp_path), stderr=asyncio.subprocess.PIPE
    )
    meeting = json.loads(listed)[0]
    steps = [(step["state"], step["reason"]) for step in meeting["states"]]
    assert ("starting", "recovering") in steps
    assert [reason for state, reason in steps if state == "failed"] == ["denied"]
    async with Database(tmp_path / "dragoman.db") as database:
        facts = await SqlFactStore(database).facts(meeting["id"])
    assert "by a fall-back: none" in facts["locators"]
    assert "join: promo" in facts["locators"]

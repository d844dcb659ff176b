"""The way in as a person sees it: `dragoman doctor --meet`, and tries in a meeting's record."""

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standin.script import Ending, Lobby, Script, Traps, bundled_script
from standin.server import StandIn
from storage.database import Database
from storage.facts import SqlFactStore

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def script(lobby: Lobby | None = None, **traps: Any) -> Script:
    base = replace(bundled_script("short"), lines=(), chat=(), end=Ending("stays"))
    return replace(base, lobby=lobby or Lobby("none"), traps=Traps(**traps))


async def dragoman(*arguments: str) -> tuple[int, str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dragoman", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 110)
    assert "Traceback" not in err.decode(), err.decode()
    return process.returncode or 0, out.decode()


async def test_doctor_looks_at_the_green_room_and_does_not_knock(tmp_path: Path) -> None:
    async with StandIn(script(drifted=("promo", "jsnames"))) as site:
        code, out = await dragoman(
            "doctor", "--meet", site.link, "--base-url", site.url, "--data", str(tmp_path)
        )
        assert site.journal.first("asked") is None
    assert code == 6, out
    lines = {line.split()[1]: line.split() for line in out.splitlines()[1:]}
    assert lines["join"][:3] == ["drift", "join", "label"]
    assert lines["camera"] == ["ok", "camera", "icon"]


@pytest.mark.heavy
async def test_doctor_joins_where_it_is_asked_to(tmp_path: Path) -> None:
    async with StandIn(script(Lobby("admit", 0.5))) as site:
        code, out = await dragoman(
            "doctor", "--meet", site.link, "--base-url", site.url, "--join", "--json",
            "--data", str(tmp_path),
        )  # fmt: skip
        assert site.journal.first("left") is not None
    told = json.loads(out)
    assert (code, told["drifted"], told["missing"]) == (0, {}, []), out
    assert set(told["places"]) >= {"green_room", "in_call"}


@pytest.mark.heavy
async def test_doctor_tells_why_it_could_not_look(tmp_path: Path) -> None:
    async with StandIn(script(Lobby("wrong_code"))) as site:
        code, out = await dragoman(
            "doctor", "--meet", site.link, "--base-url", site.url, "--data", str(tmp_path)
        )
    assert code == 15, out
    assert "wrong code" in out


@pytest.mark.heavy
async def test_each_try_and_the_locators_stand_in_the_record(tmp_path: Path) -> None:
    broken_first = script(Lobby("deny", 0.5), first_loads_fail=1.0)
    async with StandIn(broken_first) as site:
        code, out = await dragoman(
            "join", site.link, "--base-url", site.url, "--data", str(tmp_path)
        )
    assert code == 10, out
    _, listed = await dragoman("meetings", "--json", "--data", str(tmp_path))
    meeting = json.loads(listed)[0]
    steps = [(step["state"], step["reason"]) for step in meeting["states"]]
    assert ("starting", "recovering") in steps
    assert [reason for state, reason in steps if state == "failed"] == ["denied"]
    async with Database(tmp_path / "dragoman.db") as database:
        facts = await SqlFactStore(database).facts(meeting["id"])
    assert "by a fall-back: none" in facts["locators"]
    assert "join: promo" in facts["locators"]

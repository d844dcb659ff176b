"""What is kept of a bot that fails, and of a moment that somebody asked for."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standin.script import Ending, Lobby, Script, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

Run = Callable[..., Coroutine[Any, Any, tuple[int, str]]]
Until = Callable[..., Awaitable[None]]


def script(lobby: Lobby) -> Script:
    return replace(bundled_script("short"), lobby=lobby, end=Ending("stays"), chat=())


def kept(told: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(told[told.index("[") :])
    return found


def check(folder: Path, item: dict[str, Any]) -> bytes:
    """Every file is there and is what it says; the picture."""
    contents = {file["media_type"]: (folder / file["name"]).read_bytes() for file in item["files"]}
    assert set(contents) == {"image/png", "multipart/related", "text/plain"}, item
    assert contents["image/png"].startswith(b"\x89PNG")
    assert b"Snapshot-Content-Location: http://127.0.0.1" in contents["multipart/related"]
    assert json.loads(contents["text/plain"].splitlines()[-1])["level"]
    for file in item["files"]:
        assert (folder / file["name"]).stat().st_mode & 0o077 == 0
    picture: bytes = contents["image/png"]
    return picture


@pytest.mark.heavy
async def test_asked_for_and_at_a_removal(run_dragoman: Run, until: Until, tmp_path: Path) -> None:
    here = ("--data", str(tmp_path))
    async with StandIn(script(Lobby("none"))) as site, asyncio.TaskGroup() as group:
        join = group.create_task(run_dragoman("join", site.link, "--base-url", site.url, *here))
        await until(lambda: site.journal.first("joined"))
        (folder,) = (tmp_path / "meetings").iterdir()
        code, told = await run_dragoman("evidence", folder.name, "--json", *here)
        assert code == 0, told
        (asked,) = kept(told)
        assert (asked["reason"], asked["missing"]) == ("asked", [])
        await site.remove_bot()
        assert (await join)[0] == 13
    code, told = await run_dragoman("evidence", folder.name, "--json", *here)
    newest, first = kept(told)
    assert first == asked
    assert newest["reason"] == "removed"
    assert newest["error"]
    pictures = {check(folder / "evidence", item) for item in (asked, newest)}
    assert len(pictures) == 2
    code, told = await run_dragoman("evidence", folder.name[:8], *here)
    assert code == 0
    assert told.count(".png") == 2
    assert "removed" in told


@pytest.mark.heavy
async def test_a_refusal_leaves_its_screen_behind(run_dragoman: Run, tmp_path: Path) -> None:
    here = ("--data", str(tmp_path))
    async with StandIn(script(Lobby("deny", after_s=0.5))) as site:
        code, told = await run_dragoman("join", site.link, "--base-url", site.url, *here)
        assert code == 10, told
    (folder,) = (tmp_path / "meetings").iterdir()
    (item,) = kept((await run_dragoman("evidence", folder.name, "--list", "--json", *here))[1])
    assert item["reason"] == "denied"
    assert "denied" in item["error"].casefold()
    check(folder / "evidence", item)

"""What is kept of a bot that fails, and of a moment that somebody asked for."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standin.script import Ending, Lobby, Script, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def script(lobby: Lobby) -> Script:
    return replace(bundled_script("short"), lobby=lobby, end=Ending("stays"), chat=())


async def dragoman(*arguments: str) -> tuple[int, str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dragoman", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), 90)
        return process.returncode or 0, out.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(40):
        while not true():  # noqa: ASYNC110 - the other process sets no event
            await asyncio.sleep(0.1)


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
async def test_asked_for_and_at_a_removal(tmp_path: Path) -> None:
    here = ("--data", str(tmp_path))
    async with StandIn(script(Lobby("none"))) as site, asyncio.TaskGroup() as group:
        join = group.create_task(dragoman("join", site.link, "--base-url", site.url, *here))
        await until(lambda: site.journal.first("joined"))
        (folder,) = (tmp_path / "meetings").iterdir()
        code, told = await dragoman("evidence", folder.name, "--json", *here)
        assert code == 0, told
        (asked,) = kept(told)
        assert (asked["reason"], asked["missing"]) == ("asked", [])
        await site.remove_bot()
        assert (await join)[0] == 13
    code, told = await dragoman("evidence", folder.name, "--json", *here)
    newest, first = kept(told)
    assert first == asked
    assert newest["reason"] == "removed"
    assert newest["error"]
    pictures = {check(folder / "evidence", item) for item in (asked, newest)}
    assert len(pictures) == 2
    code, told = await dragoman("evidence", folder.name[:8], *here)
    assert code == 0
    assert told.count(".png") == 2
    assert "removed" in told


@pytest.mark.heavy
async def test_a_refusal_leaves_its_screen_behind(tmp_path: Path) -> None:
    here = ("--data", str(tmp_path))
    async with StandIn(script(Lobby("deny", after_s=0.5))) as site:
        code, told = await dragoman("join", site.link, "--base-url", site.url, *here)
        assert code == 10, told
    (folder,) = (tmp_path / "meetings").iterdir()
    (item,) = kept((await dragoman("evidence", folder.name, "--list", "--json", *here))[1])
    assert item["reason"] == "denied"
    assert "denied" in item["error"].casefold()
    check(folder / "evidence", item)

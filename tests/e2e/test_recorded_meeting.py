"""A recorded meeting: people are told, every sample is there, and it is heard again as it was."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dragoman.recording.manifest import read_manifest
from standin.script import bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.heavy, pytest.mark.timeout(180)]


async def dragoman(*arguments: str) -> tuple[int, str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    environment["DRAGOMAN_HEARING__ENGINE"] = "meet-captions"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dragoman", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), 90)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out.decode()


def content(told: dict[str, Any]) -> Any:
    """A transcript without the names of its own run."""
    for segment in told["segments"]:
        del segment["id"]
    return told["segments"], told["participants"]


def words(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Who said what, with nothing but letters and digits, in order of time."""
    said: list[tuple[str, str]] = []
    for segment in told["segments"]:
        plain = "".join(re.findall(r"\w+", segment["text"].casefold()))
        if said and said[-1][0] == segment["speaker"]:
            plain = said.pop()[1] + plain
        said.append((segment["speaker"], plain))
    return said


def red_dot(path: Path) -> bool:
    """Whether the header's right end shows that sound is recorded."""
    with Image.open(path) as picture:
        corner = np.asarray(picture.convert("RGB"), int)[:54, -120:]
    red, green, blue = corner[..., 0], corner[..., 1], corner[..., 2]
    return bool(((red > 170) & (green < 110) & (blue < 110)).sum() > 50)


async def test_a_recorded_meeting_is_heard_again_as_it_was(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    picture = tmp_path / "last.png"
    async with StandIn(bundled_script("short")) as site:
        code, told = await dragoman(
            "join", site.link, "--base-url", site.url, "--translate", "es", "--record",
            "--png", str(picture), *data,
        )  # fmt: skip
        assert code == 0, told
        assert any("The sound is recorded." in said.text for said in site.journal.bot_chat)
    assert red_dot(picture)
    listed = json.loads((await dragoman("meetings", "--json", *data))[1])
    meeting = listed[0]["id"]
    folder = tmp_path / "data" / "meetings" / meeting / "recording"
    manifest = await asyncio.to_thread(read_manifest, folder)
    assert manifest is not None
    assert manifest.complete
    assert {p.track for p in manifest.pieces}
    code, told = await dragoman("recording", meeting[:8], "--verify", *data)
    assert code == 0, told
    assert "Every piece is there" in told

    live = json.loads((await dragoman("export", meeting, "--format", "json", *data))[1])
    heard = []
    for name in ("one", "two"):
        out = tmp_path / name
        code, told = await dragoman("replay", meeting[:8], "--out", str(out), *data)
        assert code == 0, told
        heard.append(json.loads((out / "transcript.json").read_text(encoding="utf-8")))
    assert words(heard[0]) == words(live)
    assert content(heard[0]) == content(heard[1])

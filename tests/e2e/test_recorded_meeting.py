"""A recorded meeting: people are told, every sample is there, and it is heard again as it was."""

import asyncio
import functools
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dragoman.recording.manifest import read_manifest
from standin.script import bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.heavy, pytest.mark.timeout(180)]

Run = Callable[..., Awaitable[tuple[int, str]]]


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


async def test_a_recorded_meeting_is_heard_again_as_it_was(
    run_dragoman: Run, tmp_path: Path
) -> None:
    data = ("--data", str(tmp_path / "data"))
    picture = tmp_path / "last.png"
    run = functools.partial(run_dragoman, HEARING__ENGINE="meet-captions")
    async with StandIn(bundled_script("short")) as site:
        code, told = await run(
            "join", site.link, "--base-url", site.url, "--translate", "es", "--record",
            "--png", str(picture), *data,
        )  # fmt: skip
        assert code == 0, told
        assert any("The sound is recorded." in said.text for said in site.journal.bot_chat)
    assert red_dot(picture)
    listed = json.loads((await run("meetings", "--json", *data))[1])
    meeting = listed[0]["id"]
    folder = tmp_path / "data" / "meetings" / meeting / "recording"
    manifest = await asyncio.to_thread(read_manifest, folder)
    assert manifest is not None
    assert manifest.complete
    assert {p.track for p in manifest.pieces}
    code, told = await run("recording", meeting[:8], "--verify", *data)
    assert code == 0, told
    assert "Every piece is there" in told

    live = json.loads((await run("export", meeting, "--format", "json", *data))[1])
    heard = []
    for name in ("one", "two"):
        out = tmp_path / name
        code, told = await run("replay", meeting[:8], "--out", str(out), *data)
        assert code == 0, told
        heard.append(json.loads((out / "transcript.json").read_text(encoding="utf-8")))
    assert words(heard[0]) == words(live)
    assert content(heard[0]) == content(heard[1])

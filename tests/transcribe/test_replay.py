"""A recorded session heard again: faithful to its arrivals, and the same every time."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from domain.audio import Frame
from domain.clock import MeetingClock
from domain.errors import UsageError
from domain.hints import Hint, LoudnessHint, RosterHint
from domain.people import Participant
from dragoman.trace import Trace
from dragoman.transcribe.decode import SoundFile
from dragoman.transcribe.moments import FileRecording
from dragoman.transcribe.traced import TracedSession

ROOT = Path(__file__).parents[2]
ROSTER = RosterHint((Participant("p1", "Ana"), Participant("p2", "Ben")), 0.0)


async def several(items: list[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


async def record(folder: Path, frames: list[Frame], hints: list[Hint]) -> None:
    """What a session leaves behind."""
    with Trace(folder) as trace:
        trace.clock(MeetingClock.start())
        async for _ in trace.hints(several(hints)):
            pass
        async for _ in trace.frames(several(frames)):
            pass


async def talk(path: Path) -> list[Frame]:
    """Two tracks; the second says the same half a second later."""
    with SoundFile(path) as sound:
        recording = FileRecording(sound)
        mix = [frame async for m in recording.moments(0.1) for frame in m.frames]
    both = [Frame("a", f.start_s, f.pcm) for f in mix]
    both += [Frame("b", f.start_s + 0.5, f.pcm) for f in mix]
    return sorted(both, key=lambda frame: frame.start_s)


@pytest.fixture
async def session(speech: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "session"
    hints: list[Hint] = [
        ROSTER,
        LoudnessHint("a", "p1", 0.5, 0.1),
        LoudnessHint("b", "p2", 0.5, 0.6),
    ]
    await record(folder, await talk(speech), hints)
    return folder


async def test_a_trace_folder_gives_back_what_it_was_given(session: Path, speech: Path) -> None:
    traced = TracedSession(session)
    assert set(traced.tracks) == {"a", "b"}
    assert [timed.hint for timed in traced.hints][0] == ROSTER
    moments = [moment async for moment in traced.moments(0.1)]
    for track in ("a", "b"):
        given = [f for f in await talk(speech) if f.track == track]
        got = [f for m in moments for f in m.frames if f.track == track]
        assert [f.pcm for f in got] == [f.pcm for f in given]
        assert [f.start_s for f in got] == pytest.approx([f.start_s for f in given], abs=1e-5)
    assert all(f.end_s <= m.at_s + 0.1 for m in moments for f in m.frames)
    assert [m.at_s for m in moments] == sorted({m.at_s for m in moments})


def content(folder: Path) -> Any:
    """A transcript without the names and times of its own run."""
    found = json.loads((folder / "transcript.json").read_text(encoding="utf-8"))
    for segment in found["segments"]:
        del segment["id"]
    return found["segments"], found["participants"]


async def test_twice_gives_the_same(session: Path, tmp_path: Path) -> None:
    outs = [tmp_path / "one", tmp_path / "two"]
    for out in outs:
        arguments = (
            *("replay", str(session), "--asr", "pocketsphinx", "--translate", "es"),
            *("--out", str(out), "--data", str(tmp_path / "data")),
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dragoman", *arguments), cwd=ROOT
        )
        assert await process.wait() == 0
    first, second = map(content, outs)
    assert first == second
    segments, people = first
    assert {segment["speaker"] for segment in segments} == {"Ana", "Ben"}
    for name in ("Ana", "Ben"):
        said = " ".join(s["text"] for s in segments if s["speaker"] == name).lower()
        assert "joining this meeting" in said
    assert [person["name"] for person in people] == ["Ana", "Ben"]


@pytest.mark.parametrize("files", [(), ("events.jsonl",)])
def test_a_folder_without_sound_is_told(tmp_path: Path, files: tuple[str, ...]) -> None:
    for name in files:
        line = json.dumps({"event": "Clock", "began_monotonic_s": 1.0})
        (tmp_path / name).write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UsageError):
        TracedSession(tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        TracedSession(tmp_path / "none")

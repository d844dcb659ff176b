"""Recording that fails costs sound, and never the meeting."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from domain.audio import FRAME_SAMPLES, Frame
from domain.clock import MeetingClock
from domain.events import Event, Notice
from domain.hints import ChatHint, Hint
from dragoman.recording import recorder as recorders
from dragoman.recording.manifest import Piece, read_manifest
from dragoman.recording.recorder import Recorder
from dragoman.recording.writer import Limits, RecordingWriter


async def _frames() -> AsyncIterator[Frame]:
    for number in range(50):
        yield Frame("a", 1 + number / 50, bytes(2 * FRAME_SAMPLES))


async def _hints() -> AsyncIterator[Hint]:
    yield ChatHint("id-\ud83d", "Ana", "half a sign in its id", 1.0)


async def test_a_writer_that_fails_costs_sound_and_not_the_meeting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "TURN_S", 0.01)
    told: list[Event] = []
    writer = RecordingWriter(tmp_path, "m1", Limits(10**9, 0))
    take, faults = writer.take, iter([MemoryError()])

    def failing(*given: Any) -> Any:
        for fault in faults:
            raise fault
        return take(*given)

    async def kept(_: Sequence[Piece]) -> None:
        """Nobody is told."""

    monkeypatch.setattr(writer, "take", failing)
    async with Recorder(writer, told.append, kept) as recorder:
        await recorder.begin(MeetingClock.start())
        await asyncio.sleep(0.1)
        assert len([frame async for frame in recorder.frames(_frames())]) == 50
        assert len([hint async for hint in recorder.hints(_hints())]) == 1
    assert [e.kind for e in told if isinstance(e, Notice)][:1] == ["recording_trouble"]
    manifest = read_manifest(tmp_path)
    assert manifest is not None
    assert manifest.complete
    assert [piece.start_s for piece in manifest.pieces] == [1.0]

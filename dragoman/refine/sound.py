"""Opens the kept sound of a meeting, whatever form it was kept in."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from domain.audio import SAMPLE_RATE
from domain.errors import MissingError, UsageError
from dragoman.hintfile import TimedHint
from dragoman.recording.manifest import FOLDER
from dragoman.recording.recorded import RecordedSession, is_recording
from dragoman.refine.kept import check
from dragoman.store import Stores
from dragoman.transcribe.decode import SoundFile
from dragoman.transcribe.moments import FileRecording, Moment, Recording
from dragoman.transcribe.traced import TracedSession
from storage.sounds import KeptSound

LONGEST_WHOLE_S = 6 * 3600.0
"""Voices of longer sound are not told apart as a whole: it has to fit into memory."""


@dataclass(frozen=True, slots=True)
class OpenSound:
    """Sound that can be heard, and what Meet said beside it."""

    recording: Recording
    hints: Sequence[TimedHint] = ()


@asynccontextmanager
async def open_sound(
    meeting_id: str, stores: Stores, named: Path | None = None
) -> AsyncIterator[OpenSound]:
    """The sound that was kept of a meeting, or the file or folder that is named instead.

    Raises UsageError, MissingError.
    """
    if named is None:
        kept = await stores.sounds.kept(meeting_id)
        await asyncio.to_thread(check, kept)
        path, apart = _place(kept), len(kept) > 1
    else:
        path, apart = named, False
    if path.is_dir():
        session = await asyncio.to_thread(open_session, path)
        yield OpenSound(session, session.hints)
        return
    sound = await asyncio.to_thread(lambda: SoundFile(path, channels=apart))
    try:
        yield OpenSound(FileRecording(sound))
    finally:
        sound.close()


def _place(kept: Sequence[KeptSound]) -> Path:
    if not kept:
        raise MissingError(
            "No sound of this meeting was kept.",
            "Name a recording of it (dragoman refine ID --sound FILE); sound is kept from the "
            "start with: dragoman join --record",
        )
    paths = sorted({Path(sound.path) for sound in kept})
    if len(paths) == 1 and paths[0].suffix != ".pcm" and not is_recording(paths[0].parent):
        return paths[0]
    if all(path.suffix == ".pcm" and path.parent == paths[0].parent for path in paths):
        return paths[0].parent
    if is_recording(paths[0].parent) and all(p.parent == paths[0].parent for p in paths):
        return paths[0].parent
    raise UsageError(
        "The sound of this meeting lies in several files that do not belong together.",
        "Name one of them: dragoman refine ID --sound FILE",
    )


def open_session(folder: Path) -> RecordedSession | TracedSession:
    """The sound in a folder: of a recording, of traces, or of a demo. Raises UsageError."""
    for inner in (folder, folder / FOLDER):
        if is_recording(inner):
            return RecordedSession(inner)
    traces = folder / "traces"
    return TracedSession(traces if traces.is_dir() else folder)


class Copied:
    """A Recording that keeps a copy of each track's sound while it is heard."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._sound: dict[str, bytearray] = {}
        self.too_long = False

    @property
    def length_s(self) -> float | None:
        return self._recording.length_s

    @property
    def tracks(self) -> tuple[str, ...]:
        return self._recording.tracks

    async def moments(self, step_s: float) -> AsyncGenerator[Moment, None]:
        """The recording's own moments."""
        async for moment in self._recording.moments(step_s):
            if moment.at_s > LONGEST_WHOLE_S:
                self.too_long = True
                self._sound.clear()
            if not self.too_long:
                self._copy(moment)
            yield moment

    def findings(self) -> str:
        return self._recording.findings()

    def sound(self) -> dict[str, bytes]:
        """Track -> its 16 kHz PCM16 from second 0 on, silence where there was none."""
        return {
            track: bytes(pcm)
            for track, pcm in self._sound.items()
            if np.frombuffer(pcm, "<i2").any()
        }

    def _copy(self, moment: Moment) -> None:
        for frame in moment.frames:
            pcm = self._sound.setdefault(frame.track, bytearray())
            at = max(0, round(frame.start_s * SAMPLE_RATE)) * 2
            if at > len(pcm):
                pcm.extend(bytes(at - len(pcm)))
            pcm[at : at + len(frame.pcm)] = frame.pcm

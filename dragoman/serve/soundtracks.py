"""The recordings of this installation: what is kept, and its sound."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

from domain.audio import SAMPLE_RATE
from domain.errors import UsageError
from domain.ports import MeetingStore
from domain.serving import SoundPiece, Soundtrack
from dragoman.recording.manifest import FOLDER, Manifest, read_manifest
from dragoman.recording.mix import Mix, wav_header
from storage.database import Database
from storage.meetings import SqlMeetingStore
from storage.recordings import SqlRecordingStore

STEP = 1 << 17
"""Bytes that are made at a time: four seconds."""


class RecordedSounds:
    """The SoundDesk port over the folders of the meetings."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._meetings: MeetingStore = SqlMeetingStore(database)
        self._recordings = SqlRecordingStore(database)
        self._folder = folder

    async def soundtrack(self, meeting_id: str) -> Soundtrack | None:
        """What is kept of a meeting. Raises UsageError, StorageError."""
        meeting_id = await self._named(meeting_id)
        _, manifest = await self._found(meeting_id)
        if manifest is None or not manifest.pieces:
            return None
        heard: defaultdict[str, list[str]] = defaultdict(list)
        for segment_id, checksums in (await self._recordings.sounds_of(meeting_id)).items():
            for sha256 in checksums:
                heard[sha256].append(segment_id)
        tag = hashlib.sha256("".join(p.sha256 for p in manifest.pieces).encode()).hexdigest()
        samples = round(manifest.end_s * SAMPLE_RATE)
        return Soundtrack(
            length_s=manifest.end_s,
            bytes=len(wav_header(0)) + 2 * samples,
            tag=tag[:32],
            pieces=tuple(
                SoundPiece(p.track, p.start_s, p.end_s, p.sha256, tuple(heard[p.sha256]))
                for p in manifest.pieces
            ),
            gaps=manifest.gaps,
            complete=manifest.complete,
        )

    async def read(self, meeting_id: str, first: int, last: int) -> AsyncIterator[bytes]:
        """The WAV file from one byte to another. Raises UsageError, StorageError."""
        folder, manifest = await self._found(await self._named(meeting_id))
        if manifest is None:
            return
        mix = Mix(folder, manifest)
        header = wav_header(round(manifest.end_s * SAMPLE_RATE))
        yield header[first : last + 1]
        first = max(first, len(header))
        while first <= last:
            stop = min(last + 1, first + STEP)
            yield await asyncio.to_thread(_bytes, mix, first - len(header), stop - len(header))
            first = stop

    async def _named(self, meeting_id: str) -> str:
        meeting = await self._meetings.get(meeting_id)
        if meeting is None:
            raise UsageError("There is no such meeting.", "Give the id of a stored meeting.")
        return meeting.id

    async def _found(self, meeting_id: str) -> tuple[Path, Manifest | None]:
        folder = self._folder / meeting_id / FOLDER
        return folder, await asyncio.to_thread(read_manifest, folder)


def _bytes(mix: Mix, first: int, stop: int) -> bytes:
    """Bytes of the sound, silence where the last track ends before the recording. Blocks."""
    begin, end = first // 2, (stop + 1) // 2
    sound = mix.sound(begin, end - begin).tobytes().ljust(2 * (end - begin), b"\0")
    return sound[first - 2 * begin : stop - 2 * begin]

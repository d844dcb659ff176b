"""Notes where the sound of a meeting lies, so that a second pass finds it."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

from domain.errors import MissingError, UsageError
from dragoman.transcribe.traced import TracedSession
from storage.sounds import KeptSound, SqlSoundStore

_BLOCK = 1 << 20


async def keep_file(
    sounds: SqlSoundStore, meeting_id: str, path: Path, tracks: Sequence[str], length_s: float
) -> None:
    """Notes a sound file; reads it once for its checksum. Raises StorageError, OSError."""
    checksum = await asyncio.to_thread(sha256_of, path)
    where = str(await asyncio.to_thread(path.resolve))
    await sounds.keep(
        meeting_id, [KeptSound(track, where, checksum, 0.0, length_s) for track in tracks]
    )


async def keep_traces(sounds: SqlSoundStore, meeting_id: str, folder: Path) -> None:
    """Notes the tracks of a finished trace folder. Raises StorageError, UsageError, OSError."""
    await sounds.keep(meeting_id, await asyncio.to_thread(_of_traces, folder))


def _of_traces(folder: Path) -> list[KeptSound]:
    session = TracedSession(folder)
    paths = trace_files(folder)
    length_s = session.length_s or 0.0
    return [
        KeptSound(track, str(path.resolve()), sha256_of(path), 0.0, length_s)
        for track, path in zip(session.tracks, paths, strict=True)
    ]


def trace_files(folder: Path) -> list[Path]:
    """The sound files of a trace folder in the order of its tracks."""
    return sorted(folder.glob("track-*.pcm"), key=lambda path: (len(path.name), path.name))


def sha256_of(path: Path) -> str:
    """The checksum of a file's content. Blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def check(sounds: Sequence[KeptSound]) -> None:
    """Raises MissingError where a file is gone, UsageError where it is another one. Blocks."""
    for where, checksum in {(sound.path, sound.sha256) for sound in sounds}:
        path = Path(where)
        if not path.is_file():
            raise MissingError(
                f"The sound of this meeting is no longer at {path}.",
                "Put it back, or name another place: dragoman refine ID --sound FILE",
            )
        if checksum and sha256_of(path) != checksum:
            raise UsageError(
                f"{path} has changed since the meeting.",
                "If it is the right sound all the same, name it: dragoman refine ID --sound FILE",
            )

"""A meeting's recorder: where its pieces lie, and what the database is told of them."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from domain.errors import DragomanError
from domain.events import Event, Recording
from dragoman.recording.manifest import FOLDER, Piece, read_manifest
from dragoman.recording.recorder import Recorder
from dragoman.recording.writer import Limits, RecordingWriter
from dragoman.settings import Settings
from dragoman.store import Stores
from storage.recordings import KeptPiece, SqlRecordingStore

log = logging.getLogger(__name__)

LATE_S = 300.0
"""Words may be stored, and led to their sound, so long after it."""


def folder_of(settings: Settings, meeting_id: str) -> Path:
    """Where a meeting's recording lies, if it was recorded."""
    return settings.data_dir / "meetings" / meeting_id / FOLDER


@asynccontextmanager
async def open_recorder(
    meeting_id: str, settings: Settings, stores: Stores, publish: Callable[[Event], None]
) -> AsyncIterator[Recorder]:
    """A recorder that keeps what the settings ask for, which may be nothing."""
    folder = folder_of(settings, meeting_id)
    wish = settings.recording
    limits = Limits(round(wish.largest_gb * 1e9), round(wish.least_free_gb * 1e9))
    writer = RecordingWriter(folder, meeting_id, limits) if wish.on else None
    store = SqlRecordingStore(stores.database)

    newest: deque[Piece] = deque()

    async def kept(pieces: Sequence[Piece]) -> None:
        newest.extend(pieces)
        while newest[0].end_s < pieces[-1].end_s - LATE_S:
            newest.popleft()
        await store.add(meeting_id, [row_of(folder, piece) for piece in newest])

    async with Recorder(writer, publish, kept) as recorder:
        yield recorder
    if newest:
        try:
            await reconcile(stores, folder)
        except DragomanError as error:
            log.warning("some words are not led to their sound: %s", type(error).__name__)


def dot(look: Callable[[Mapping[str, object]], None]) -> Callable[[Event], None]:
    """Shows in the picture whether sound is recorded now."""

    def mark(event: Event) -> None:
        if isinstance(event, Recording):
            look({"recording": event.on})

    return mark


async def reconcile(stores: Stores, folder: Path) -> None:
    """Makes the database know every piece, and which words were heard in which. Raises
    StorageError, UsageError."""
    manifest = await asyncio.to_thread(read_manifest, folder)
    if manifest is None:
        return
    rows = [row_of(folder, piece) for piece in manifest.pieces]
    await SqlRecordingStore(stores.database).add(manifest.meeting_id, rows)


def row_of(folder: Path, piece: Piece) -> KeptPiece:
    """What the database is told of a piece."""
    return KeptPiece(
        piece.track,
        str((folder / piece.file).absolute()),
        piece.sha256,
        piece.start_s,
        piece.end_s - piece.start_s,
        piece.people,
    )

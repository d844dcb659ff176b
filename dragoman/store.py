"""The database of this installation, opened for a command."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.ports import MeetingStore, TranscriptStore
from dragoman.failures import storage_failure
from dragoman.settings import Settings
from storage.database import Database
from storage.export.transcript import Transcript, load_transcript
from storage.facts import SqlFactStore
from storage.meetings import SqlMeetingStore
from storage.recovery import recover
from storage.transcripts import SqlTranscriptStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that is kept."""

    meetings: MeetingStore
    transcripts: TranscriptStore
    facts: SqlFactStore


def private_folder(path: Path) -> None:
    """Makes a folder that only its owner can look into: what was said is private."""
    try:
        if not path.exists():
            path.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise storage_failure(error) from error


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Opens the database, migrated to the newest schema, and brings in what an earlier run
    left in its journals. Raises StorageError."""
    await asyncio.to_thread(private_folder, settings.data_dir)
    async with Database(settings.database) as database:
        transcripts = SqlTranscriptStore(database)
        brought = await recover(settings.data_dir / "meetings", transcripts)
        if brought:
            log.warning("%d segments of an earlier run were brought into the database", brought)
        yield Stores(SqlMeetingStore(database), transcripts, SqlFactStore(database))


async def read_transcript(stores: Stores, meeting_id: str) -> Transcript:
    """A meeting's transcript by its id or the id's first characters. Raises UsageError."""
    return await load_transcript(meeting_id, stores.meetings, stores.transcripts, stores.facts)

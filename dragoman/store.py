"""The database of this installation, opened for a command."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.ports import MeetingStore, TranscriptStore, VoiceprintStore
from dragoman.failures import storage_failure
from dragoman.settings import Settings
from storage.bots import SqlBotStore
from storage.database import Database
from storage.export.transcript import BEST, Transcript, load_transcript
from storage.facts import SqlFactStore
from storage.meetings import SqlMeetingStore
from storage.recovery import recover
from storage.sounds import SqlSoundStore
from storage.transcripts import SqlTranscriptStore
from storage.voiceprints import SqlVoiceprintStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that is kept."""

    meetings: MeetingStore
    transcripts: TranscriptStore
    facts: SqlFactStore
    sounds: SqlSoundStore
    voiceprints: VoiceprintStore
    bots: SqlBotStore
    database: Database


def private_folder(path: Path) -> None:
    """Makes a folder that only its owner can look into: what was said is private."""
    try:
        if not path.exists():
            path.mkdir(parents=True, mode=0o700, exist_ok=True)
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
        yield Stores(
            SqlMeetingStore(database),
            transcripts,
            SqlFactStore(database),
            SqlSoundStore(database),
            SqlVoiceprintStore(database),
            SqlBotStore(database),
            database,
        )


async def read_transcript(stores: Stores, meeting_id: str, version: str = BEST) -> Transcript:
    """A meeting's transcript by its id or the id's first characters. Raises UsageError."""
    return await load_transcript(
        meeting_id, stores.meetings, stores.transcripts, stores.facts, version=version
    )

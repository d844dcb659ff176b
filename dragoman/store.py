"""The database of this installation, opened for a command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.ports import MeetingStore, TranscriptStore
from dragoman.settings import Settings
from storage.database import Database
from storage.export.transcript import Transcript, load_transcript
from storage.facts import SqlFactStore
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that is kept."""

    meetings: MeetingStore
    transcripts: TranscriptStore
    facts: SqlFactStore


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Opens the database, migrated to the newest schema. Raises StorageError."""
    async with Database(settings.database) as database:
        yield Stores(
            SqlMeetingStore(database), SqlTranscriptStore(database), SqlFactStore(database)
        )


async def read_transcript(stores: Stores, meeting_id: str) -> Transcript:
    """A meeting's transcript by its id or the id's first characters. Raises UsageError."""
    return await load_transcript(meeting_id, stores.meetings, stores.transcripts, stores.facts)

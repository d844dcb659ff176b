"""The database of this installation for what happens after meetings, and what it keeps how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dragoman.groups.after import RetentionGroup
from dragoman.settings import Settings
from dragoman.store import private_folder
from storage.database import Database
from storage.recovery import recover
from storage.retention import Kind, Retention
from storage.transcripts import SqlTranscriptStore


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, with what an earlier run left in its journals. Raises StorageError."""
    await asyncio.to_thread(private_folder, settings.data_dir)
    async with Database(settings.database) as database:
        await recover(settings.data_dir / "meetings", SqlTranscriptStore(database))
        yield database


def retention_of(database: Database, settings: Settings) -> Retention:
    """Deletes in the data folder, and in the folder of traces."""
    own = [settings.measure] if settings.measure is not None else []
    return Retention(database, settings.data_dir / "meetings", [settings.data_dir, *own])


def days_of(settings: RetentionGroup) -> dict[Kind, float]:
    """How long each kind is kept; kinds that are kept for good are left out."""
    days = {
        Kind.SOUND: settings.sound_days,
        Kind.TRANSCRIPTS: settings.transcripts_days,
        Kind.NOTES: settings.notes_days,
        Kind.LOGS: settings.logs_days,
    }
    return {kind: value for kind, value in days.items() if value}

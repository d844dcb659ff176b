"""Segments that an ended process left in its journal, brought into the store."""

import asyncio
import logging
from pathlib import Path

from domain.errors import StorageError
from domain.ports import TranscriptStore
from storage.able import write_able
from storage.journal import Journal

log = logging.getLogger(__name__)

JOURNAL = "segments.jsonl"
CHUNK = 50
"""Segments that go into the store at a time."""


async def recover(folder: Path, transcripts: TranscriptStore) -> int:
    """Brings in what waits in `folder`/*/segments.jsonl; how many segments were stored.

    A journal that a running writer holds is left alone; one that cannot be brought in stays
    as it is, and once the store says that it may work later, so do all that follow.
    """
    stored = 0
    for path in await asyncio.to_thread(lambda: sorted(folder.glob(f"*/{JOURNAL}"))):
        journal = Journal(path)
        try:
            if await asyncio.to_thread(_take, journal):
                stored += await _bring_in(journal, transcripts)
        except (StorageError, TimeoutError) as error:
            log.warning("a journal waits for the next start: %s", type(error).__name__)
            if not isinstance(error, StorageError) or error.retry:
                break
        finally:
            journal.release()
    if stored:
        log.info("brought %d segments of earlier runs into the database", stored)
    return stored


def _take(journal: Journal) -> bool:
    return journal.holds_something and journal.hold()


async def _bring_in(journal: Journal, transcripts: TranscriptStore) -> int:
    stored = 0
    while not (portion := await asyncio.to_thread(journal.next, CHUNK)).is_empty:
        odd = await write_able(transcripts.write, portion.segments)
        stored += len(portion.segments) - len(odd)
        if odd:
            await asyncio.to_thread(journal.keep_aside, odd)
        await asyncio.to_thread(journal.done, portion)
    return stored

"""Keeps what is told of a session: who was there, lost sound, the audio path and the like."""

import asyncio
import logging
from collections import deque

from domain.audio import Gap
from domain.errors import StorageError
from domain.events import Event, Notice, SoundPath
from domain.hints import RosterHint
from domain.people import Participant
from domain.ports import TranscriptStore
from dragoman.people import Attendance
from dragoman.worker import Worker
from storage.facts import SqlFactStore

log = logging.getLogger(__name__)

CAPACITY = 1000
CLOSE_S = 5.0
RETRY_S = 1.0
MOST_PATHS = 100
"""Switches of the sound's path that are kept; the oldest gives way."""

_Fact = Gap | Notice | tuple[Participant, ...]


class FactKeeper(Worker):
    """Writes people, gaps and the last notice of each kind beside the loop's work.

    An async context manager. While the database is away facts wait here, and are written in
    order once it is back. Overflow: the newest fact is dropped and logged once; captions never
    wait for facts.
    """

    def __init__(self, meeting_id: str, store: SqlFactStore, transcripts: TranscriptStore) -> None:
        super().__init__()
        self._meeting_id = meeting_id
        self._store = store
        self._transcripts = transcripts
        self._people = Attendance()
        self._queue: asyncio.Queue[_Fact | None] = asyncio.Queue(CAPACITY)
        self._dropped = False
        self._refused = False
        """The database takes none at present."""
        self._paths: deque[str] = deque(maxlen=MOST_PATHS)

    def _begin(self) -> None:
        self.own(self._run())

    async def _end(self) -> None:
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)
        if not await self._ended_within(CLOSE_S):
            log.warning("some facts could not be stored in time")

    def note(self, event: Event) -> None:
        """Takes what is worth keeping of an event."""
        if isinstance(event, RosterHint):
            self._people.take(event)
            self._put(self._people.everybody())
        elif isinstance(event, Gap | Notice):
            self._put(event)
        elif isinstance(event, SoundPath):
            self._note_path(event)

    def _note_path(self, event: SoundPath) -> None:
        line = f"{event.since_s:.1f} s: {event.path}, {event.reason}"
        if event.path != "none" and line not in self._paths:
            self._paths.append(line)
            self._put(Notice("sound_paths", "\n".join(self._paths), event.at_s))

    def everybody_left(self, at_s: float) -> None:
        """The meeting is over for those who stayed to the end."""
        self._put(self._people.at_end(at_s))

    def _put(self, fact: _Fact) -> None:
        try:
            self._queue.put_nowait(fact)
        except asyncio.QueueFull:
            if not self._dropped:
                log.warning("too many facts at once; some are not stored")
            self._dropped = True

    async def _run(self) -> None:
        while (fact := await self._queue.get()) is not None:
            await self._store_or_drop(fact)

    async def _store_or_drop(self, fact: _Fact) -> None:
        """Tries until a fact is stored, or refused for good."""
        while True:
            try:
                await self._write(fact)
            except StorageError as error:
                if not self._refused:
                    log.warning("a fact could not be stored: %s", type(error).__name__)
                self._refused = error.retry
            else:
                self._refused = False
            if not self._refused:
                return
            await asyncio.sleep(RETRY_S)

    async def _write(self, fact: _Fact) -> None:
        if isinstance(fact, Gap):
            await self._store.write_gaps(self._meeting_id, [fact])
        elif isinstance(fact, Notice):
            await self._store.put(self._meeting_id, fact.kind, fact.text)
        elif fact:
            await self._transcripts.write_participants(self._meeting_id, fact)

"""Keeps what is told of a session: who was there, lost sound, the audio path and the like."""

import asyncio
import logging
from collections import deque
from types import TracebackType
from typing import Self

from domain.audio import Gap
from domain.errors import StorageError
from domain.events import Event, Notice, SoundPath
from domain.hints import RosterHint
from domain.people import Participant
from domain.ports import TranscriptStore
from dragoman.people import Attendance
from storage.facts import SqlFactStore

log = logging.getLogger(__name__)

CAPACITY = 1000
CLOSE_S = 5.0
RETRY_S = 1.0
MOST_PATHS = 100
"""Switches of the sound's path that are kept; the oldest gives way."""

_Fact = Gap | Notice | tuple[Participant, ...]


class FactKeeper:
    """Writes people, gaps and the last notice of each kind beside the loop's work.

    An async context manager. While the database is away facts wait here, and are written in
    order once it is back. Overflow: the newest fact is dropped and logged once; captions never
    wait for facts.
    """

    def __init__(self, meeting_id: str, store: SqlFactStore, transcripts: TranscriptStore) -> None:
        self._meeting_id = meeting_id
        self._store = store
        self._transcripts = transcripts
        self._people = Attendance()
        self._queue: asyncio.Queue[_Fact | None] = asyncio.Queue(CAPACITY)
        self._group = asyncio.TaskGroup()
        self._task: asyncio.Task[None]
        self._dropped = False
        self._refused = False
        """The database takes none at present."""
        self._paths: deque[str] = deque(maxlen=MOST_PATHS)

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._task = self._group.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)
        _, late = await asyncio.wait({self._task}, timeout=CLOSE_S)
        if late:
            log.warning("some facts could not be stored in time")
            self._task.cancel()
        await self._group.__aexit__(None, None, None)

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
            while not await self._written(fact):  # noqa: ASYNC110  it tries again
                await asyncio.sleep(RETRY_S)

    async def _written(self, fact: _Fact) -> bool:
        """Whether a fact is done with: stored, or refused for good."""
        try:
            await self._write(fact)
        except StorageError as error:
            if not self._refused:
                log.warning("a fact could not be stored: %s", type(error).__name__)
            self._refused = error.retry
            return not error.retry
        self._refused = False
        return True

    async def _write(self, fact: _Fact) -> None:
        if isinstance(fact, Gap):
            await self._store.write_gaps(self._meeting_id, [fact])
        elif isinstance(fact, Notice):
            await self._store.put(self._meeting_id, fact.kind, fact.text)
        elif fact:
            await self._transcripts.write_participants(self._meeting_id, fact)

"""Keeps what is told of a session: lost sound, the audio path, the captions' lag."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from domain.audio import Gap
from domain.errors import StorageError
from domain.events import Event, Notice
from storage.facts import SqlFactStore

log = logging.getLogger(__name__)

CAPACITY = 1000


class FactKeeper:
    """Writes gaps and the last notice of each kind beside the loop's work.

    An async context manager. Overflow: the newest fact is dropped and logged once; captions
    never wait for facts.
    """

    def __init__(self, meeting_id: str, store: SqlFactStore) -> None:
        self._meeting_id = meeting_id
        self._store = store
        self._queue: asyncio.Queue[Gap | Notice | None] = asyncio.Queue(CAPACITY)
        self._group = asyncio.TaskGroup()
        self._dropped = False

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._group.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._queue.put(None)
        await self._group.__aexit__(None, None, None)

    def note(self, event: Event) -> None:
        """Takes what is worth keeping of an event."""
        if not isinstance(event, Gap | Notice):
            return
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            if not self._dropped:
                log.warning("too many facts at once; some are not stored")
            self._dropped = True

    async def _run(self) -> None:
        while (event := await self._queue.get()) is not None:
            try:
                if isinstance(event, Gap):
                    await self._store.write_gaps(self._meeting_id, [event])
                else:
                    await self._store.put(self._meeting_id, event.kind, event.text)
            except StorageError as error:
                log.warning("a fact could not be stored: %s", type(error).__name__)

"""The rooms that somebody is in; one follower of the feed for all viewers of a meeting."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from domain.serving import LiveFeed, MeetingDesk, TranscriptDesk
from web.viewers.room import Room
from web.viewers.source import Source

log = logging.getLogger(__name__)

LINGER_S = 60.0
"""A room stays so long after its last viewer: who comes back goes on where they were."""
AGAIN_S = 5.0
"""After a fault, until a room is filled again."""


class Rooms:
    """Opens a room for the first viewer of a meeting and closes it after the last."""

    def __init__(
        self,
        feed: LiveFeed,
        meetings: MeetingDesk,
        transcripts: TranscriptDesk,
        linger_s: float = LINGER_S,
    ) -> None:
        self._ports = (feed, meetings, transcripts)
        self._linger_s = linger_s
        self._rooms: dict[str, Room] = {}
        self._inside: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def viewers(self) -> int:
        """How many are in all rooms."""
        return sum(self._inside.values())

    def find(self, meeting_id: str) -> Room | None:
        """A room that is open."""
        return self._rooms.get(meeting_id)

    @asynccontextmanager
    async def join(self, meeting_id: str) -> AsyncIterator[Room]:
        """Being in the room."""
        room = self._rooms.get(meeting_id)
        if room is None:
            room = self._rooms[meeting_id] = Room()
            self._tasks[meeting_id] = asyncio.create_task(self._fill(meeting_id, room))
        self._inside[meeting_id] = self._inside.get(meeting_id, 0) + 1
        try:
            yield room
        finally:
            self._inside[meeting_id] -= 1
            if not self._inside[meeting_id]:
                loop = asyncio.get_running_loop()
                loop.call_later(self._linger_s, self._close_if_empty, meeting_id)

    async def _fill(self, meeting_id: str, room: Room) -> None:
        while True:
            try:
                await Source(meeting_id, room, *self._ports).run()
                return
            except Exception:
                log.exception("a meeting could not be shown to its viewers; it is tried again")
            await asyncio.sleep(AGAIN_S)

    def _close_if_empty(self, meeting_id: str) -> None:
        if self._inside.get(meeting_id):
            return
        self._rooms.pop(meeting_id, None)
        self._inside.pop(meeting_id, None)
        task = self._tasks.pop(meeting_id, None)
        if task is not None:
            task.cancel()

    async def aclose(self) -> None:
        """Closes every room."""
        tasks, self._tasks = self._tasks, {}
        self._rooms.clear()
        for task in tasks.values():
            task.cancel()
        for task in tasks.values():
            with suppress(asyncio.CancelledError):
                await task

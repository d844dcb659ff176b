"""What is due when meetings are over: transcripts are delivered, old things deleted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from domain.errors import DragomanError, UsageError
from domain.meetings import ENDINGS, Meeting, MeetingState
from domain.serving import Notes, NotesDesk
from dragoman.serve.delivery import Delivery
from dragoman.serve.kept import days_of, retention_of
from dragoman.settings import Settings
from dragoman.store import Stores
from dragoman.worker import Worker
from scheduler.desk import Calendars
from storage.facts import DELIVERED
from storage.search import SqlSearch

log = logging.getLogger(__name__)

LOOK_S = 5.0
LOOKED_AT = 100
CLEAN_S = 3600.0
INDEX_S = 60.0
"""Between two looks at what is to be indexed, so that searches need not."""
LATE = timedelta(days=2)
"""A meeting that ended before is not delivered any more."""


class Ends(Worker):
    """An async context manager: looks after ended meetings while it is open.

    A meeting is delivered once; one that ended while the server was away is delivered at its
    next start.
    """

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        delivery: Delivery,
        notes: NotesDesk,
        calendars: Calendars,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self._settings = settings
        self._stores = stores
        self._notes = notes
        self._calendars = calendars
        self._delivery = delivery
        self._retention = retention_of(stores.database, settings)
        self._days = days_of(settings.retention)
        self._search = SqlSearch(stores.database)
        self._now = now
        self._done: set[str] = set()

    def _begin(self) -> None:
        self.own(_each(LOOK_S, self.look))
        self.own(_each(CLEAN_S, self.clean))
        self.own(_each(INDEX_S, self._search.refresh))

    async def look(self) -> None:
        """Delivers what has ended since the last look. Raises StorageError."""
        for meeting in await self._stores.meetings.recent(LOOKED_AT):
            if meeting.state not in ENDINGS or meeting.id in self._done:
                continue
            await self._over(meeting)
            self._done.add(meeting.id)

    async def clean(self) -> None:
        """Deletes what is older than the settings want it to be. Raises StorageError."""
        expired = await self._retention.expired(self._days, self._now())
        if expired:
            log.info("%d things are older than they are to be kept", len(expired))
        # Also where there is nothing new: the last time may not have come to its end.
        await self._retention.delete(expired)

    async def _over(self, meeting: Meeting) -> None:
        if meeting.state is not MeetingState.ENDED or meeting.ended_at is None:
            return
        facts = await self._stores.facts.facts(meeting.id)
        if DELIVERED in facts or meeting.ended_at < self._now() - LATE:
            return
        notes = await self._noted(meeting)
        event = facts.get("event", "")
        receivers = await self._calendars.deliver_to(event) if event else ()
        if not receivers and self._settings.delivery.folder is None:
            return
        done = await self._delivery.over(meeting.id, receivers, notes)
        if done.failed:
            log.warning("a transcript was not delivered to %d receivers", len(done.failed))
        told = ", ".join([*done.sent, *(f"not {to}: {why}" for to, why in done.failed.items())])
        await self._stores.facts.put(meeting.id, DELIVERED, told or "nobody")

    async def _noted(self, meeting: Meeting) -> Notes | None:
        """The notes, made now where nobody has; None for a meeting in which nothing was said."""
        try:
            return await self._notes.notes(meeting.id) or await self._notes.make(meeting.id)
        except UsageError:
            return None
        except DragomanError as error:
            log.warning("no notes of a meeting could be made: %s", error.message)
            return None


async def _each(every_s: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await work()
        except DragomanError as error:
            log.warning("what is due after meetings could not be done: %s", error.message)
        await asyncio.sleep(every_s)

"""Keeps what is known of calendars up to date: polls each, all by themselves."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.calendars import (
    CalendarError,
    CalendarRecord,
    CalendarSource,
    CalendarStore,
    EventStore,
)
from domain.errors import DragomanError
from scheduler.planner import LOOKED_BACK

log = logging.getLogger(__name__)

KEPT_AHEAD = timedelta(days=7)
"""Read beyond the look-ahead, so that a whole read is rare."""
KEPT = timedelta(days=30)
"""What ended so long ago is forgotten."""
AT_ONCE = 4
LONGEST_S = 180.0

Open = Callable[[CalendarRecord], CalendarSource]


@dataclass(frozen=True, slots=True)
class Polling:
    """How often, and how far ahead."""

    every_s: float = 120.0
    look_ahead: timedelta = timedelta(hours=24)


class Syncer:
    """Reads calendars into the store."""

    def __init__(
        self,
        calendars: CalendarStore,
        events: EventStore,
        open_source: Open,
        polling: Polling,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._calendars = calendars
        self._events = events
        self._open = open_source
        self._polling = polling
        self._now = now
        self._asked: dict[str, datetime] = {}
        """When each was last asked by this process, whatever came of it."""
        self._sources: dict[str, tuple[object, CalendarSource]] = {}
        self._busy: dict[str, asyncio.Lock] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def due(self) -> None:
        """Syncs all whose time has come. Raises StorageError."""
        now, every = self._now(), timedelta(seconds=self._polling.every_s)
        records = [
            record
            for record in await self._calendars.calendars()
            if (last := self._asked.get(record.id)) is None or last + every <= now or last > now
        ]
        async with asyncio.TaskGroup() as group:
            for record in records:
                self._asked[record.id] = now
                group.create_task(self._kept(record))

    async def sync(self, record: CalendarRecord) -> CalendarRecord:
        """Reads one calendar now and stores what it brought. Raises CalendarError, and what
        else is wrong with it."""
        async with self._busy.setdefault(record.id, asyncio.Lock()), self._slots:
            now = self._now()
            self._asked[record.id] = now
            return await self._read(record, now)

    async def prune(self) -> None:
        """Forgets what is long over. Raises StorageError."""
        await self._events.prune(self._now() - KEPT)

    async def _read(self, record: CalendarRecord, now: datetime) -> CalendarRecord:
        needed = now + self._polling.look_ahead
        whole = record.covered_until is None or record.covered_until < needed
        cursor = "" if whole else record.cursor
        until = needed + KEPT_AHEAD if whole else record.covered_until or needed
        window = (now - LOOKED_BACK, until)
        source = await self._source(record)
        try:
            async with asyncio.timeout(LONGEST_S):
                changes = await source.sync(cursor, *window)
        except TimeoutError as error:
            raise CalendarError("The calendar takes too long to answer.") from error
        except DragomanError:
            await self._forget(record.id)
            raise
        fresh = replace(record, cursor=changes.cursor, covered_until=until, synced_at=now, error="")
        await self._events.apply(fresh, changes, window)
        return fresh

    async def aclose(self) -> None:
        """Gives back the sources."""
        for calendar_id in list(self._sources):
            await self._forget(calendar_id)

    async def _source(self, record: CalendarRecord) -> CalendarSource:
        """The one of the last poll, which knows its way, unless the calendar was changed."""
        said = (record.kind, tuple(sorted(record.options.items())), record.sealed)
        kept = self._sources.get(record.id)
        if kept is not None and kept[0] == said:
            return kept[1]
        await self._forget(record.id)
        source = self._open(record)
        self._sources[record.id] = (said, source)
        return source

    async def _forget(self, calendar_id: str) -> None:
        kept = self._sources.pop(calendar_id, None)
        if kept is not None:
            await kept[1].aclose()

    async def _kept(self, record: CalendarRecord) -> None:
        """One calendar's trouble is noted with it and stops no other."""
        try:
            await self.sync(record)
        except DragomanError as error:
            log.warning("a calendar could not be read: %s", type(error).__name__)
            await self._trouble(record, error)
        except Exception as error:
            log.exception("a calendar's source failed")
            await self._trouble(record, CalendarError(f"{type(error).__name__} while reading it."))

    async def _trouble(self, record: CalendarRecord, error: DragomanError) -> None:
        try:
            now_there = {each.id for each in await self._calendars.calendars()}
            if record.id in now_there:
                await self._calendars.save(replace(record, error=str(error)))
        except DragomanError as refused:
            log.warning("a calendar's state could not be stored: %s", refused.message)

"""Calendars and events in memory, for tests and demonstrations."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from domain.calendars import (
    Attendance,
    CalendarChanges,
    CalendarRecord,
    Decision,
    KnownEvent,
    Rule,
    Said,
)


class MemoryCalendars:
    """The CalendarStore and EventStore ports in one."""

    def __init__(self) -> None:
        self._records: dict[str, CalendarRecord] = {}
        self._rules: list[Rule] = []
        self._events: dict[str, KnownEvent] = {}

    async def calendars(self) -> Sequence[CalendarRecord]:
        """All, by title."""
        return sorted(self._records.values(), key=lambda record: (record.title, record.id))

    async def save(self, record: CalendarRecord) -> None:
        """Stores or replaces by id."""
        self._records[record.id] = record

    async def remove(self, calendar_id: str) -> bool:
        """Forgets a calendar and all that belongs to it."""
        self._events = {
            key: known
            for key, known in self._events.items()
            if known.event.calendar_id != calendar_id
        }
        return self._records.pop(calendar_id, None) is not None

    async def rules(self) -> Sequence[Rule]:
        """In order."""
        return list(self._rules)

    async def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces all."""
        self._rules = list(rules)

    async def apply(
        self, record: CalendarRecord, changes: CalendarChanges, window: tuple[datetime, datetime]
    ) -> None:
        """Stores what a sync brought."""
        if record.id not in self._records:
            return
        self._records[record.id] = record
        present = {event.key for event in changes.events}
        for key, known in self._events.items():
            event = known.event
            within = event.start < window[1] and event.end > window[0]
            spoken_of = within and (changes.full or event.uid in changes.series)
            if event.calendar_id != record.id or key in present:
                continue
            if spoken_of or key in changes.gone:
                self._events[key] = replace(known, event=replace(event, cancelled=True))
        seen_at = record.synced_at or datetime.now(UTC)
        for event in changes.events:
            old = self._events.get(event.key)
            if old is None or old.event.start != event.start or old.event.cancelled:
                fresh = KnownEvent(event, seen_at)
                old = replace(old, event=event, seen_at=seen_at) if old else fresh
            self._events[event.key] = replace(old, event=event)

    async def known(self, start: datetime, end: datetime) -> Sequence[KnownEvent]:
        """Events that overlap a window, by start."""
        found = [k for k in self._events.values() if k.event.start < end and k.event.end >= start]
        return sorted(found, key=lambda known: (known.event.start, known.event.key))

    async def say(self, said: Said) -> None:
        """Keeps a person's word; undecided takes it back."""
        known = self._events.get(said.event_key)
        if known is not None:
            word = None if said.decision is Decision.UNDECIDED else said
            self._events[said.event_key] = replace(known, said=word)

    async def note(self, attendances: Sequence[Attendance]) -> None:
        """Stores or replaces by event."""
        for attendance in attendances:
            known = self._events.get(attendance.event_key)
            if known is not None:
                self._events[attendance.event_key] = replace(known, attendance=attendance)

    async def prune(self, before: datetime) -> int:
        """Forgets what ended before; the number of events."""
        old = [key for key, known in self._events.items() if known.event.end < before]
        for key in old:
            del self._events[key]
        return len(old)

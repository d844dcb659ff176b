"""A calendar that says what it is told, for tests and demonstrations."""

from collections.abc import Sequence
from datetime import datetime

from domain.calendars import CalendarChanges, CalendarEvent
from domain.engines import Health
from domain.errors import DragomanError


class ScriptedSource:
    """The CalendarSource port over a list of events that whoever tests may change.

    Its cursor counts the changes. With `trouble` set it raises that instead.
    """

    def __init__(self, events: Sequence[CalendarEvent] = ()) -> None:
        self.trouble: DragomanError | None = None
        self.asked: list[str] = []
        self._events = {event.key: event for event in events}
        self._log: list[str] = []

    def put(self, event: CalendarEvent) -> None:
        """Adds or changes an event."""
        self._events[event.key] = event
        self._log.append(event.key)

    def drop(self, key: str) -> None:
        """Deletes an event."""
        self._events.pop(key, None)
        self._log.append(key)

    async def health(self) -> Health:
        """Whether there is no trouble."""
        if self.trouble is not None:
            return Health(False, self.trouble.message, self.trouble.remedy)
        return Health(True, f"{len(self._events)} events")

    async def sync(self, cursor: str, start: datetime, end: datetime) -> CalendarChanges:
        """What was changed since the cursor, or everything."""
        self.asked.append(cursor)
        if self.trouble is not None:
            raise self.trouble
        fresh = f"change {len(self._log)}"
        if not cursor:
            within = [e for e in self._events.values() if e.start < end and e.end > start]
            return CalendarChanges(within, full=True, cursor=fresh)
        changed = dict.fromkeys(self._log[int(cursor.split()[1]) :])
        return CalendarChanges(
            [self._events[key] for key in changed if key in self._events],
            gone=[key for key in changed if key not in self._events],
            cursor=fresh,
        )

    async def aclose(self) -> None:
        """There is nothing to give back."""

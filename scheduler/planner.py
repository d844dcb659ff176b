"""The plan as it stands now, from what is stored."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from domain.calendars import CalendarStore, EventStore
from scheduler.plan import Gathering, Timing, plan

LOOKED_BACK = timedelta(hours=12)
"""Events that began so long ago may still go on."""


class Planner:
    """Reads the stores anew each time, so that what other processes write counts too."""

    def __init__(
        self,
        calendars: CalendarStore,
        events: EventStore,
        timing: Timing,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._calendars = calendars
        self._events = events
        self.timing = timing
        self.now = now

    async def planned(self, start: datetime, end: datetime) -> list[Gathering]:
        """The plan for events that overlap a window. Raises StorageError."""
        known = await self._events.known(start, end)
        calendars = {record.id: record for record in await self._calendars.calendars()}
        rules = await self._calendars.rules()
        return plan(known, rules, calendars, self.now(), self.timing)

"""Wakes the scheduler at given times."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

Wake = Callable[[], Awaitable[None]]


class Agenda(Protocol):
    """Times at which something is due."""

    def fill(self, due: Mapping[str, datetime], wake: Wake) -> None:
        """Replaces all that was due; `wake` is called at each time, late rather than never."""
        ...


class ApsAgenda:
    """An Agenda on APScheduler with its store in memory: an async context manager."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._due: dict[str, datetime] = {}

    async def __aenter__(self) -> Self:
        self._scheduler.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scheduler.shutdown(wait=False)

    def fill(self, due: Mapping[str, datetime], wake: Wake) -> None:
        """Replaces all that was due."""
        for key in self._due.keys() - due.keys():
            try:
                self._scheduler.remove_job(key)
            except JobLookupError:
                continue
        for key, at in due.items():
            if self._due.get(key) != at:
                self._scheduler.add_job(
                    wake,
                    DateTrigger(at.astimezone(UTC)),
                    id=key,
                    replace_existing=True,
                    misfire_grace_time=None,
                )
        self._due = dict(due)


class ScriptedAgenda:
    """An Agenda without a clock: whoever tests looks at `due` and wakes."""

    def __init__(self) -> None:
        self.due: dict[str, datetime] = {}

    def fill(self, due: Mapping[str, datetime], wake: Wake) -> None:
        """Notes what is due."""
        self.due = dict(due)

"""One clock for a meeting: seconds since it began, tied once to the wall clock."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time of one meeting."""

    def now_s(self) -> float:
        """Seconds since the meeting began; never goes back."""
        ...

    def wall_at(self, at_s: float) -> datetime:
        """The aware wall-clock time of a moment of the meeting."""
        ...


@dataclass(frozen=True, slots=True)
class MeetingClock:
    """Reads the machine's monotonic clock, which the browser's page clock shares."""

    began_monotonic_s: float
    began_at: datetime

    @classmethod
    def start(cls) -> "MeetingClock":
        """A clock whose second 0 is now."""
        return cls(time.monotonic(), datetime.now(UTC))

    def now_s(self) -> float:
        return time.monotonic() - self.began_monotonic_s

    def from_monotonic(self, monotonic_s: float) -> float:
        """The meeting second of a reading of `time.monotonic()`."""
        return monotonic_s - self.began_monotonic_s

    def wall_at(self, at_s: float) -> datetime:
        return self.began_at + timedelta(seconds=at_s)


@dataclass(slots=True)
class FakeClock:
    """A clock that moves when it is told to."""

    now: float = 0.0
    began_at: datetime = field(default=datetime(2026, 1, 1, tzinfo=UTC))

    def now_s(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Moves the time forward."""
        self.now += seconds

    def wall_at(self, at_s: float) -> datetime:
        return self.began_at + timedelta(seconds=at_s)

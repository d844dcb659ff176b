"""One clock for a meeting: seconds since it began, tied once to the wall clock."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time of one meeting."""

    def now_s(self) -> float:
        """Seconds since the meeting began; never goes back."""
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


@dataclass(slots=True)
class FakeClock:
    """A clock that moves when it is told to."""

    now: float = 0.0

    def now_s(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Moves the time forward."""
        self.now += seconds

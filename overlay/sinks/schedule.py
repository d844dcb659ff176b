"""When the next picture is due."""

import time
from threading import Event
from typing import Protocol


class Timer(Protocol):
    """Tells the time, and lets it pass."""

    def now_s(self) -> float:
        """A monotonic reading."""
        ...

    def wait(self, seconds: float, over: Event) -> None:
        """Returns after so long, or as soon as `over` is set."""
        ...


class RealTimer:
    """The machine's monotonic clock."""

    def now_s(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float, over: Event) -> None:
        over.wait(seconds)


class Schedule:
    """Moments `start + n / fps`: they never drift, and a late one is left out, not made up for."""

    def __init__(self, fps: float, start_s: float) -> None:
        self.skipped = 0
        self._fps = fps
        self._start_s = start_s
        self._number = 0

    def next_s(self, now_s: float) -> float:
        """Seconds until the next moment, 0 for one that has just come."""
        self._number += 1
        behind = int((now_s - self._start_s) * self._fps) - self._number
        if behind > 0:
            self.skipped += behind
            self._number += behind
        return max(0.0, self._start_s + self._number / self._fps - now_s)

"""How often somebody may do something."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

KEYS = 20_000
"""Counted at a time; beyond, the one that was quiet longest is forgotten."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float


class Rate:
    """So many a minute for each key, with a burst of a quarter of it."""

    def __init__(
        self, per_minute: int, burst: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s = per_minute / 60
        self._burst = float(burst or max(per_minute // 4, 1))
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Counts one; 0 where it is allowed, else how long to wait."""
        bucket = self._filled(key)
        if bucket.left >= 1:
            bucket.left -= 1
            return 0.0
        return (1 - bucket.left) / self._per_s

    def _filled(self, key: str) -> _Bucket:
        now_s = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(self._burst, now_s))
        bucket.left = min(self._burst, bucket.left + (now_s - bucket.at_s) * self._per_s)
        bucket.at_s = now_s
        _trim(self._buckets, key)
        return bucket


@dataclass(slots=True)
class _Failures:
    count: int
    until_s: float
    at_s: float


class Backoff:
    """After some failures each further one doubles the wait, up to a longest; a success, or a
    quiet time of four times the longest, clears it."""

    def __init__(
        self, free: int, longest_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._free = free
        self._longest_s = longest_s
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """How long to wait before the next try; 0 for now."""
        failures = self._failures.get(key)
        return max(failures.until_s - self._clock(), 0.0) if failures else 0.0

    def failed(self, key: str) -> None:
        """Counts a failure."""
        now_s = self._clock()
        failures = self._failures.setdefault(key, _Failures(0, now_s, now_s))
        if now_s - failures.at_s > 4 * self._longest_s:
            failures.count = 0
        failures.count += 1
        failures.at_s = now_s
        over = failures.count - self._free
        wait_s = min(2.0 ** min(over, 30), self._longest_s) if over >= 0 else 0.0
        failures.until_s = now_s + wait_s
        _trim(self._failures, key)

    def undo(self, key: str) -> None:
        """Takes the last failure back, and no other."""
        failures = self._failures.get(key)
        if failures is not None:
            failures.count = max(failures.count - 1, 0)
            failures.until_s = self._clock()

    def succeeded(self, key: str) -> None:
        """Forgets the failures."""
        self._failures.pop(key, None)


def _trim(table: "OrderedDict[str, _Bucket] | OrderedDict[str, _Failures]", key: str) -> None:
    table.move_to_end(key)
    while len(table) > KEYS:
        table.popitem(last=False)

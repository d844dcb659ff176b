"""Where in time the samples of a track belong.

Sample counts are not time: without a sound device the browser's output runs up to one
percent slow. Each block carries the page time of its arrival. The offset between arrival
and sample count is smallest when nothing delayed the block, so the smallest of the newest
observations is followed:

- a block is an observation only if the next one came at least PACE_S later: blocks of a
  burst arrive late, the last of them does not;
- small differences are followed by at most SLEW of the sound's length, so that start
  times rise by 19 to 21 ms per 20 ms frame and nothing is cut or inserted;
- a difference above JUMP_S is a real break (a pause of the source) and is jumped over.
"""

from collections import deque

PACE_S = 0.004
WINDOW = 50
SLEW = 0.05
DEADBAND_S = 0.002
JUMP_S = 0.25
LATE_S = 0.1
"""A block that comes this late is held until the next one shows why."""


class Placement:
    """Follows one track's offset between the sum of its samples and the page's clock."""

    def __init__(self) -> None:
        self._arrived_s = 0.0
        self._placed_s = 0.0
        self._offset: float | None = None
        self._seen: deque[float] = deque(maxlen=WINDOW)
        self._last: tuple[float, float] | None = None

    def arrive(self, arrival_s: float, length_s: float) -> bool:
        """A block arrived when its sound had just ended; whether it came late.

        A late block is best placed after the next one has arrived.
        """
        offset = arrival_s - length_s - self._arrived_s
        if self._offset is None:
            self._offset = offset
        late = False
        if self._last is not None:
            before_s, before_offset = self._last
            if arrival_s - before_s >= PACE_S:
                self._learn(before_offset)
            late = arrival_s - before_s > LATE_S
        self._last = (arrival_s, offset)
        self._arrived_s += length_s
        return late

    def place(self, length_s: float) -> float:
        """The start of the oldest block that arrived and was not placed yet."""
        self._slew(length_s)
        start_s = self._placed_s + (self._offset or 0.0)
        self._placed_s += length_s
        return start_s

    def restart(self) -> None:
        """After a loss: the next block is placed by its own arrival."""
        self._placed_s = self._arrived_s
        self._offset = None
        self._seen.clear()
        self._last = None

    def _learn(self, offset: float) -> None:
        if self._offset is not None and offset - self._offset > JUMP_S:
            self._offset = offset
            self._seen.clear()
        self._seen.append(offset)

    def _slew(self, length_s: float) -> None:
        if not self._seen or self._offset is None:
            return
        error = min(self._seen) - self._offset
        if abs(error) < DEADBAND_S:
            return
        most = SLEW * length_s
        self._offset += max(-most, min(most, error))

"""How many commands are obeyed: of each person, and in all."""

from collections import OrderedDict, deque

WINDOW_S = 60.0
MOST_SENDERS = 200
"""People whose commands are counted at a time; beyond it the one heard longest ago is forgotten."""


class Limits:
    """Counts commands over the last minute; what is refused does not count."""

    def __init__(self, each: int, together: int) -> None:
        self.refused = 0
        self._each = each
        self._together = together
        self._all: deque[float] = deque()
        self._senders: OrderedDict[str, deque[float]] = OrderedDict()

    def allow(self, sender: str, now_s: float) -> bool:
        """Whether one more command of this person is obeyed now."""
        own = self._senders.setdefault(sender, deque())
        self._senders.move_to_end(sender)
        while len(self._senders) > MOST_SENDERS:
            self._senders.popitem(last=False)
        for times in (own, self._all):
            while times and now_s - times[0] >= WINDOW_S:
                times.popleft()
        if len(own) >= self._each or len(self._all) >= self._together:
            self.refused += 1
            return False
        own.append(now_s)
        self._all.append(now_s)
        return True

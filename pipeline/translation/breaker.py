"""A circuit breaker: leaves alone for a while what has failed several times in a row."""

from domain.clock import Clock


class Breaker:
    """Closed lets everything pass, open nothing, half-open one trial at a time."""

    def __init__(self, clock: Clock, failures: int, rest_s: float) -> None:
        self._clock = clock
        self._limit = failures
        self._rest_s = rest_s
        self._failures = 0
        self._opened_s: float | None = None
        self._trial = False

    @property
    def state(self) -> str:
        """closed, open or half-open."""
        if self._opened_s is None:
            return "closed"
        rested = self._clock.now_s() - self._opened_s >= self._rest_s
        return "half-open" if rested else "open"

    def allows(self) -> bool:
        """Whether a request may be tried now; in half-open it becomes the trial."""
        if self.state == "closed":
            return True
        if self.state == "open" or self._trial:
            return False
        self._trial = True
        return True

    def succeeded(self) -> None:
        """The request went well."""
        self._failures = 0
        self._opened_s = None
        self._trial = False

    def failed(self) -> None:
        """The request could not be served."""
        self._failures += 1
        if self._trial or self._failures >= self._limit:
            self._opened_s = self._clock.now_s()
        self._trial = False

    def release(self) -> None:
        """The request says nothing about the engine's health."""
        self._trial = False

"""The clock of recorded sound: it stands still until the sound has gone on."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(slots=True)
class StreamClock:
    """A `domain.clock.Clock` whose time is how far a recording was heard."""

    now: float = 0.0
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the run began."""
    began_monotonic_s: float = field(default_factory=time.monotonic)

    def now_s(self) -> float:
        return self.now

    def advance_to(self, at_s: float) -> None:
        """Moves the time forward; a moment that is past changes nothing."""
        self.now = max(self.now, at_s)

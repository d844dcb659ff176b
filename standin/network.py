"""The network between the site and everybody, which can be cut."""

import time
from collections.abc import Callable


class Network:
    """Dead for as long as it was cut."""

    def __init__(self) -> None:
        self.drop_lines: Callable[[], None] = lambda: None
        """Ends every line that is open."""
        self._dead_until_s = 0.0

    @property
    def dead(self) -> bool:
        """Whether it is cut now."""
        return time.monotonic() < self._dead_until_s

    def cut(self, seconds: float) -> None:
        """The site hears and says nothing for a while."""
        self._dead_until_s = time.monotonic() + seconds
        self.drop_lines()

"""Lets the sound of one path through, and keeps the newest of the others for a switch."""

from collections import deque
from collections.abc import Callable

from bot.paths import MIXED, NONE, ORDER, RECEIVERS
from domain.audio import MIX, SAMPLE_RATE, Frame, Gap

_KEPT_FRAMES = 3 * 50 * 20
"""Of a path that does not carry: 20 s of three tracks. The oldest gives way."""
HOLE_S = 0.5
"""A path that brought nothing for longer has lost something."""
INTERRUPTED = "interrupted"


class Gate:
    """`put` gets the frames that pass, `lost` the stretches of which no path brought sound."""

    def __init__(self, put: Callable[[Frame], None], lost: Callable[[Gap], object]) -> None:
        self.cause = ""
        """Why sound is missing, where that is known: told with the next hole."""
        self._put = put
        self._lost = lost
        self._path = NONE
        self._kept: dict[str, deque[Frame]] = {path: deque(maxlen=_KEPT_FRAMES) for path in ORDER}
        self._ends: dict[str, float] = {}
        self._end_s: float | None = None
        self._told_s = 0.0
        """Up to there, losses have been told."""

    @property
    def carrying(self) -> str:
        """The path whose sound passes; the receivers' until one is chosen."""
        return RECEIVERS if self._path == NONE else self._path

    @property
    def end_s(self) -> float:
        """The end of what passed; 0 before."""
        return self._end_s or 0.0

    def take(self, path: str, frame: Frame) -> None:
        """A frame of a path."""
        if path == self.carrying:
            self._pass(frame)
        else:
            self._kept[path].append(frame)

    def switch(self, path: str, since_s: float) -> float | None:
        """Another path carries, with what it heard since; where that begins, if there is any."""
        self._path = path
        kept = [frame for frame in self._kept[path] if frame.start_s >= since_s]
        self._kept[path].clear()
        for frame in kept:
            self._pass(frame)
        return kept[0].start_s if kept else None

    def forget(self) -> None:
        """What was lost until the next frame is told by somebody else."""
        self._end_s = None

    def silent(self, start_s: float, end_s: float, reason: str) -> None:
        """What passed was no sound. Where nothing passed at the end, that hole tells it all."""
        if self._end_s is not None and end_s - self._end_s > HOLE_S:
            self._end_s = min(self._end_s, start_s)
            self.cause = self.cause or reason
        else:
            self._tell(start_s, end_s, reason)

    def _pass(self, frame: Frame) -> None:
        if frame.start_s < self._ends.get(frame.track, frame.start_s) - 0.005:
            return
        self._ends[frame.track] = frame.end_s
        if self._end_s is not None and frame.start_s - self._end_s > HOLE_S:
            self._tell_hole(self._end_s, frame.start_s)
        self.cause = ""
        self._end_s = max(frame.end_s, self._end_s or 0.0)
        self._put(frame)

    def _tell_hole(self, start_s: float, end_s: float) -> None:
        # A mix of the page's making may rest by itself; receivers and the sink never do.
        if self.cause or self.carrying != MIXED:
            self._tell(start_s, end_s, self.cause or INTERRUPTED)

    def _tell(self, start_s: float, end_s: float, reason: str) -> None:
        start_s = max(start_s, self._told_s)
        if end_s - start_s <= HOLE_S:
            return
        self._told_s = end_s
        self._lost(Gap(MIX, start_s, end_s, round((end_s - start_s) * SAMPLE_RATE), reason))

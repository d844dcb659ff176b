"""Frames of one track cut into the windows that voice activity detection takes."""

from dataclasses import dataclass

from domain.audio import SAMPLE_RATE, Frame

WINDOW_BYTES = 1024
WINDOW_S = WINDOW_BYTES / 2 / SAMPLE_RATE
_JITTER_S = 0.1
_LONGEST_FILL_S = 1.0


@dataclass(frozen=True, slots=True)
class Window:
    """32 ms of one track."""

    pcm: bytes
    start_s: float
    after_gap: bool = False
    """Sound is missing before it, too much to fill with silence."""

    @property
    def end_s(self) -> float:
        return self.start_s + WINDOW_S


class Windows:
    """Joins frames, fills short holes with silence so that times stay linear, reports long ones."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._next_s: float | None = None
        self._gap = False

    def push(self, frame: Frame) -> list[Window]:
        """The windows that a frame completes. A frame from before the last one is dropped."""
        missing_s = frame.start_s - self._next_s if self._next_s is not None else 0.0
        if missing_s < -_JITTER_S:
            return []
        done: list[Window] = []
        if missing_s > _LONGEST_FILL_S:
            done = self.flush()
            self._gap = True
        elif missing_s > _JITTER_S:
            self._waiting += bytes(round(missing_s * SAMPLE_RATE) * 2)
        self._waiting += frame.pcm
        self._next_s = frame.end_s
        return done + self._cut()

    def flush(self) -> list[Window]:
        """The rest, filled up with silence."""
        if not self._waiting:
            return []
        self._waiting += bytes(WINDOW_BYTES - len(self._waiting) % WINDOW_BYTES)
        return self._cut()

    def _cut(self) -> list[Window]:
        windows = []
        end_s = self._next_s or 0.0
        while len(self._waiting) >= WINDOW_BYTES:
            start_s = end_s - len(self._waiting) / 2 / SAMPLE_RATE
            windows.append(Window(bytes(self._waiting[:WINDOW_BYTES]), start_s, self._gap))
            self._gap = False
            del self._waiting[:WINDOW_BYTES]
        return windows

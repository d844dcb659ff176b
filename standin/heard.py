"""What the meeting hears of the bot's microphone, sample by sample, with times."""

from collections import deque

import numpy as np
import numpy.typing as npt
from av import AudioFrame

RATE = 48_000
_MOST_S = 300.0
_QUIET = 0.004
"""Peak of full scale below which a block is silence."""
Samples = npt.NDArray[np.int16]


class HeardSound:
    """The newest five minutes of received sound, mono at 48 kHz."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, Samples]] = deque()
        self._length_s = 0.0

    def put(self, at_s: float, frame: AudioFrame) -> Samples:
        """Keeps a frame received at a monotonic second; its samples as mono."""
        channels = len(frame.layout.channels)
        raw = frame.to_ndarray().reshape(-1)
        mono: Samples = raw.reshape(-1, channels).mean(axis=1).astype(np.int16)
        self._blocks.append((at_s, mono))
        self._length_s += len(mono) / RATE
        while self._length_s > _MOST_S:
            self._length_s -= len(self._blocks.popleft()[1]) / RATE
        return mono

    def samples(self, since_s: float = float("-inf")) -> Samples:
        """Everything that was received from a monotonic second on."""
        parts = [block for at_s, block in self._blocks if at_s >= since_s]
        empty = np.zeros(0, np.int16)
        return np.concatenate([empty, *parts]).astype(np.int16, copy=False)

    def spells(self, pause_s: float = 0.5) -> list[tuple[float, float]]:
        """(from, to) in monotonic seconds of each stretch of sound; shorter pauses belong to it."""
        found: list[tuple[float, float]] = []
        for at_s, block in self._blocks:
            if float(np.abs(block).max(initial=0)) / 32768 < _QUIET:
                continue
            end_s = at_s + len(block) / RATE
            if found and at_s - found[-1][1] <= pause_s:
                found[-1] = (found[-1][0], end_s)
            else:
                found.append((at_s, end_s))
        return found

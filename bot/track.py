"""One track: blocks from the page become frames of 20 ms, each placed in time."""

import math
from collections.abc import Iterator

import numpy as np

from bot.placement import Placement
from bot.protocol import AudioBlock
from bot.resample import Resampler, Samples, to_float, to_pcm
from domain.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE, Frame, Gap, Level

_LEVEL_FRAMES = 5
OVERLAP = 0.05
"""That share of a frame may overlap with the one before, at most."""


class Track:
    """Turns the blocks of one track into frames, gaps and levels.

    Start times are given in the same seconds as `arrival_s`.
    """

    def __init__(self, name: str, rate: int) -> None:
        self.name = name
        self.rate = rate
        self.lost_samples = 0
        self._resampler = Resampler(rate)
        self._place = Placement()
        self._held: AudioBlock | None = None
        self._expected: int | None = None
        self._rest = np.zeros(0, np.float32)
        self._rest_start_s = 0.0
        self._end_s = -math.inf
        self._levels: list[tuple[float, float]] = []

    def feed(self, block: AudioBlock, arrival_s: float) -> Iterator[Frame | Gap | Level]:
        """What a block, arrived at a time, brings to light."""
        if self._expected is not None and block.sequence < self._expected:
            return
        length_s = len(block.pcm) / 2 / self.rate
        missing = 0 if self._expected is None else block.sequence - self._expected
        self._expected = block.sequence + 1
        if missing > 0:
            yield from self._release()
            yield self._lost(missing * len(block.pcm) // 2, arrival_s - length_s)
        late = self._place.arrive(arrival_s, length_s)
        yield from self._release()
        self._held = block
        if not late:
            yield from self._release()

    def _lost(self, samples: int, until_s: float) -> Gap:
        lost = samples * SAMPLE_RATE // self.rate
        self.lost_samples += lost
        since_s = until_s if self._end_s == -math.inf else min(self._end_s, until_s)
        self._place.restart()
        self._rest = np.zeros(0, np.float32)
        return Gap(self.name, since_s, until_s, lost, "stall")

    def _release(self) -> Iterator[Frame | Level]:
        if self._held is None:
            return
        samples = to_float(self._held.pcm)
        self._held = None
        start_s = self._place.place(len(samples) / self.rate) - self._resampler.delay_s
        self._rest_start_s = start_s - len(self._rest) / SAMPLE_RATE
        self._rest = np.concatenate((self._rest, self._resampler.feed(samples)))
        while len(self._rest) >= FRAME_SAMPLES:
            piece, self._rest = self._rest[:FRAME_SAMPLES], self._rest[FRAME_SAMPLES:]
            frame_s = max(self._rest_start_s, self._end_s - FRAME_S * OVERLAP)
            self._rest_start_s += FRAME_S
            self._end_s = frame_s + FRAME_S
            yield Frame(self.name, frame_s, to_pcm(piece))
            yield from self._meter(piece, frame_s)

    def _meter(self, piece: Samples, at_s: float) -> Iterator[Level]:
        self._levels.append((float(np.mean(piece * piece)), float(np.max(np.abs(piece)))))
        if len(self._levels) == _LEVEL_FRAMES:
            power = sum(level[0] for level in self._levels) / _LEVEL_FRAMES
            peak = max(level[1] for level in self._levels)
            self._levels.clear()
            yield Level(self.name, at_s + FRAME_S, min(1.0, math.sqrt(power)), min(1.0, peak))

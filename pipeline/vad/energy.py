"""Speech by loudness over a learnt floor: the fallback where the network is not installed."""

import math

import numpy as np

_ABSOLUTE_FLOOR_DB = -50.0
_MARGIN_DB = 12.0
_SLOPE_PER_DB = 0.6
_RISE_DB = 0.03
_FALL_SHARE = 0.2


class EnergyVad:
    """Compares each window with the quietest level of late."""

    def __init__(self) -> None:
        self.reset()

    def probability(self, pcm: bytes) -> float:
        """Speech probability 0..1 of the next 512 samples (32 ms, 16 kHz PCM16)."""
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
        level = 10.0 * math.log10(float(np.mean(samples * samples)) + 1e-10)
        if level < self._floor:
            self._floor += (level - self._floor) * _FALL_SHARE
        else:
            self._floor += _RISE_DB
        threshold = max(self._floor + _MARGIN_DB, _ABSOLUTE_FLOOR_DB)
        return 1.0 / (1.0 + math.exp(-_SLOPE_PER_DB * (level - threshold)))

    def reset(self) -> None:
        """Forgets what was heard."""
        self._floor = -60.0

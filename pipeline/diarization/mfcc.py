"""Voices by the mean and spread of their cepstra: no model, no download, and rough."""

import numpy as np

from pipeline.diarization.mfcc_background import MEAN, SPREAD
from pipeline.diarization.spectra import Floats, cepstra, log_mel
from pipeline.diarization.vectors import Rules, unit

_CEPSTRA = 20
_BANDS = 80
_LOW_HZ = 60.0
_LEAST_FRAMES = 50
_SPREAD_FLOOR = 1e-3
_MOST = 4.0
"""Deviations beyond which nothing more is learnt: what is odd about a line is no voice."""
_STILL = 1.0
"""A last component that is the same for all: voices near the background stay near each other."""


class MfccVectors:
    """Mean and log deviation of 20 cepstra, scaled by how much they vary within one voice."""

    name = "mfcc-1"
    rules = Rules(assign=0.5, update=0.5, split=0.5, new_s=1.5, recognise=0.95, recognise_s=6.0)

    def vector(self, samples: Floats) -> Floats | None:
        """41 numbers of unit length; None under half a second."""
        raw = raw_statistics(samples)
        if raw is None:
            return None
        scaled = np.clip((raw - np.asarray(MEAN)) / np.asarray(SPREAD), -_MOST, _MOST)
        scaled = scaled / np.sqrt(len(raw))
        return unit(np.append(scaled, _STILL).astype(np.float32))


def raw_statistics(samples: Floats) -> Floats | None:
    """Means, then log deviations, as they are before scaling; None under half a second."""
    frames = cepstra(log_mel(samples, _BANDS, _LOW_HZ), _CEPSTRA)
    if len(frames) < _LEAST_FRAMES:
        return None
    spread = np.log(frames.std(axis=0) + _SPREAD_FLOOR)
    return np.concatenate((frames.mean(axis=0), spread))

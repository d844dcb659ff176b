"""How good the sound of speech was: loudness, peak, distance from the background, clipping."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.audio import SAMPLE_RATE
from domain.speech import SoundQuality

_HOP = SAMPLE_RATE * 32 // 1000
_FULL_SCALE = 32767
_LEAST_BACKGROUND = 3
_BACKGROUND_SHARE = 0.1
_MOST_DB = 60.0
"""More cannot be told from digital silence."""
_FLOOR = 1e-10


def quality(pcm: bytes, start_s: float, voiced_s: Sequence[float]) -> SoundQuality | None:
    """Of 16 kHz PCM16 that begins at `start_s`; None without sound.

    `voiced_s` tells the starts of the windows (32 ms) in which speech was found; without them
    everything is taken for speech. The background is what lies between, or where that is too
    little the quietest tenth.
    """
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2")
    if not samples.size:
        return None
    power = _power(samples)
    speech = _marked(power.size, start_s, voiced_s)
    if not speech.any():
        speech[:] = True
    background = _background(power, speech)
    if not background.size:
        background = np.sort(power)[: max(1, round(power.size * _BACKGROUND_SHARE))]
    return SoundQuality(
        rms=round(float(power[speech].mean()) ** 0.5, 5),
        peak=round(min(1.0, float(np.abs(samples.astype(np.int32)).max()) / _FULL_SCALE), 5),
        snr_db=_above_db(power[speech], background),
        clipped=round(float((np.abs(samples.astype(np.int32)) >= _FULL_SCALE).mean()), 5),
    )


def over_background(pcm: bytes, start_s: float, voiced_s: Sequence[float]) -> float | None:
    """Decibels of speech over what lies around it; None where there is too little of that."""
    power = _power(np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2"))
    speech = _marked(power.size, start_s, voiced_s)
    background = _background(power, speech)
    return _above_db(power[speech], background) if speech.any() and background.size else None


def _power(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    hop = max(1, min(_HOP, samples.size))
    scaled = samples[: samples.size // hop * hop].astype(np.float64) / 32768
    return np.asarray(np.square(scaled).reshape(-1, hop).mean(axis=1))


def _background(power: NDArray[np.float64], speech: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Windows that neither hold speech nor lie beside it; none where they are too few."""
    near = speech.copy()
    near[1:] |= speech[:-1]
    near[:-1] |= speech[1:]
    found = power[~near]
    return found if found.size >= _LEAST_BACKGROUND else found[:0]


def _above_db(speech: NDArray[np.float64], background: NDArray[np.float64]) -> float:
    loud, quiet = float(speech.mean()), float(background.mean())
    above = max(loud - quiet, _FLOOR) / max(quiet, _FLOOR)
    return round(float(np.clip(10 * np.log10(above), -_MOST_DB, _MOST_DB)), 1)


def _marked(windows: int, start_s: float, voiced_s: Sequence[float]) -> NDArray[np.bool_]:
    marks = np.zeros(windows, dtype=bool)
    for at_s in voiced_s:
        place = round((at_s - start_s) * SAMPLE_RATE / _HOP)
        if 0 <= place < windows:
            marks[place] = True
    return marks

"""Mel spectra and cepstra of sound, in plain NumPy."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct

from domain.audio import SAMPLE_RATE

Floats = NDArray[np.float32]

FRAME = 400
"""Samples of one frame: 25 ms."""

HOP = 160
"""Samples from frame to frame: 10 ms."""

_FFT = 512
_PREEMPHASIS = 0.97
_FLOOR = float(np.finfo(np.float32).eps)


def samples_of(pcm: bytes) -> Floats:
    """PCM16 as -1..1."""
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float32) / 32768.0


def log_mel(samples: Floats, bands: int = 80, low_hz: float = 20.0) -> Floats:
    """Log mel energies (frames, bands) as speaker models want them: each frame without its
    mean, pre-emphasised, Povey window, samples at the scale of 16-bit numbers."""
    frames = _frames(samples) * np.float32(32768.0)
    if not len(frames):
        return np.zeros((0, bands), dtype=np.float32)
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate((frames[:, :1], frames[:, :-1]), axis=1)
    frames = (frames - _PREEMPHASIS * before) * _povey()
    power = np.square(np.abs(np.fft.rfft(frames, _FFT))).astype(np.float32)
    energies = power[:, : _FFT // 2] @ _filters(bands, low_hz)
    logs: Floats = np.log(np.maximum(energies, _FLOOR)).astype(np.float32)
    return logs


def cepstra(mels: Floats, count: int) -> Floats:
    """Mel cepstra (frames, count) without the zeroth, which is loudness."""
    return np.asarray(dct(mels, axis=1, norm="ortho"), dtype=np.float32)[:, 1 : count + 1]


def _frames(samples: Floats) -> Floats:
    if samples.size < FRAME:
        return np.zeros((0, FRAME), dtype=np.float32)
    starts = np.arange(0, samples.size - FRAME + 1, HOP)
    frames: Floats = samples[starts[:, None] + np.arange(FRAME)]
    return frames


@cache
def _povey() -> Floats:
    turn = 2 * np.pi * np.arange(FRAME) / (FRAME - 1)
    window: Floats = np.power(0.5 - 0.5 * np.cos(turn), 0.85).astype(np.float32)
    return window


@cache
def _filters(bands: int, low_hz: float) -> Floats:
    """Triangles on the mel scale, (bins, bands)."""
    edges = np.linspace(_mel(low_hz), _mel(SAMPLE_RATE / 2), bands + 2)
    places = _mel(np.arange(_FFT // 2) * SAMPLE_RATE / _FFT)[:, None]
    rise = (places - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - places) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rise, fall)).astype(np.float32)


def _mel(hertz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(hertz) / 700.0))

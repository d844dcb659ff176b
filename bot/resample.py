"""Sample rate conversion: a streaming polyphase low-pass filter down to 16 kHz."""

from math import ceil, gcd, pi
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from domain.audio import SAMPLE_RATE

RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)
"""Hertz that can be converted."""

_PASS_HZ = 7_000
_STOP_HZ = 8_000
_ATTENUATION_DB = 65.0

Samples = NDArray[np.float32]


def _bank(rate: int, up: int) -> Samples:
    """One row of taps per output phase, newest input sample last."""
    nyquist_hz = rate * up / 2
    taps = (_ATTENUATION_DB - 7.95) / (2.285 * pi * (_STOP_HZ - _PASS_HZ) / nyquist_hz) + 1
    per_phase = -(-ceil(taps) // up)
    prototype = _low_pass(per_phase * up, (_PASS_HZ + _STOP_HZ) / 2 / nyquist_hz)
    phases = (prototype * up).reshape(per_phase, up).T[:, ::-1]
    return np.ascontiguousarray(phases, np.float32)


def _low_pass(taps: int, cutoff: float) -> NDArray[np.float64]:
    """A windowed sinc after Kaiser; the cutoff is a share of half the sample rate.

    Written out: loading the library that has it takes 40 % of a bot's start.
    """
    ideal = np.sinc(cutoff * (np.arange(taps) - (taps - 1) / 2))
    shaped = ideal * np.kaiser(taps, 0.1102 * (_ATTENUATION_DB - 8.7))
    return np.asarray(shaped / shaped.sum(), np.float64)


class Resampler:
    """Converts a stream block by block; the result does not depend on the block borders."""

    def __init__(self, rate: int) -> None:
        """Raises ValueError for a rate that is not in RATES."""
        if rate not in RATES:
            raise ValueError(f"cannot convert from {rate} Hz")
        divisor = gcd(rate, SAMPLE_RATE)
        self.rate = rate
        self._up, self._down = SAMPLE_RATE // divisor, rate // divisor
        self._plain = rate == SAMPLE_RATE
        self._bank = np.ones((1, 1), np.float32) if self._plain else _bank(rate, self._up)
        self._history = np.zeros(self._bank.shape[1] - 1, np.float32)
        self._read = 0
        self._written = 0

    @property
    def delay_s(self) -> float:
        """By how much the filter delays the sound."""
        return (self._bank.size - 1) / 2 / (self.rate * self._up)

    def feed(self, samples: Samples) -> Samples:
        """The output that the input allows so far, at 16 kHz."""
        if self._plain:
            return samples
        line = np.concatenate((self._history, samples))
        end = self._read + len(samples)
        last = (end * self._up - 1) // self._down
        positions = np.arange(self._written, last + 1) * self._down
        rows = positions // self._up - self._read
        windows = sliding_window_view(line, self._bank.shape[1])
        out: NDArray[Any]
        if self._up == 1:
            out = windows[rows] @ self._bank[0]
        else:
            out = np.sum(windows[rows] * self._bank[positions % self._up], axis=1)
        self._read, self._written = end, last + 1
        self._history = line[len(line) - len(self._history) :]
        return np.asarray(out, np.float32)


def to_float(pcm: bytes) -> Samples:
    """Little-endian 16-bit PCM as floats of -1..1."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) * np.float32(1 / 32768)


def to_pcm(samples: Samples) -> bytes:
    """Floats of -1..1 as little-endian 16-bit PCM, clipped."""
    scaled = np.clip(np.rint(samples * 32768), -32768, 32767)
    return scaled.astype("<i2").tobytes()

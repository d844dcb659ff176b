"""The sound of one utterance, with the meeting time of every part of it."""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from domain.audio import SAMPLE_RATE

_BYTES_PER_S = SAMPLE_RATE * 2
_HOP_S = 0.02


class Sound:
    """PCM16 mono that grows; sample counts are tied to meeting seconds piece by piece."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._offsets: list[int] = []
        self._starts_s: list[float] = []

    def append(self, pcm: bytes, start_s: float) -> None:
        """Adds a piece that began at a meeting second."""
        self._offsets.append(len(self._pcm))
        self._starts_s.append(start_s)
        self._pcm += pcm

    def __len__(self) -> int:
        return len(self._pcm)

    @property
    def start_s(self) -> float:
        return self._starts_s[0] if self._starts_s else 0.0

    @property
    def end_s(self) -> float:
        return self.time_at(len(self._pcm) / _BYTES_PER_S)

    def time_at(self, heard_s: float) -> float:
        """The meeting second of a place given in seconds of sound since the first sample."""
        offset = int(heard_s * SAMPLE_RATE) * 2
        piece = max(0, bisect_right(self._offsets, offset) - 1)
        if not self._offsets:
            return heard_s
        return self._starts_s[piece] + heard_s - self._offsets[piece] / _BYTES_PER_S

    def bytes_from(self, offset: int, until_s: float = float("inf")) -> bytes:
        """Everything after an offset in bytes, up to a meeting second."""
        if until_s >= self.end_s:
            return bytes(self._pcm[offset:])
        return bytes(self._pcm[offset : max(offset, self._offset_of(until_s))])

    def since(self, at_s: float) -> "Sound":
        """The part after a meeting second, as a sound of its own."""
        rest = Sound()
        for index, start_s in enumerate(self._starts_s):
            begin, end = self._piece(index)
            end_s = start_s + (end - begin) / _BYTES_PER_S
            if end_s <= at_s:
                continue
            skip = max(0, round((at_s - start_s) * SAMPLE_RATE)) * 2
            if begin + skip < end:
                rest.append(bytes(self._pcm[begin + skip : end]), start_s + skip / _BYTES_PER_S)
        return rest

    def quietest(self, from_s: float, to_s: float, width_s: float = 0.1) -> float:
        """The middle of the quietest stretch of `width_s` between two meeting seconds."""
        first = max(0, self._offset_of(from_s))
        last = min(len(self._pcm), self._offset_of(to_s))
        if (last - first) / _BYTES_PER_S <= width_s:
            return (from_s + to_s) / 2
        hop = int(_HOP_S * SAMPLE_RATE)
        samples = self._samples(first, last)
        power = np.square(samples[: samples.size // hop * hop]).reshape(-1, hop).mean(axis=1)
        width = max(1, round(width_s / _HOP_S))
        sums = np.convolve(power, np.ones(width), mode="valid")
        middle = (int(np.argmin(sums)) + width / 2) * _HOP_S
        return self.time_at(first / _BYTES_PER_S + middle)

    def level(self, at_s: float, width_s: float = 0.1) -> float:
        """Loudness around a meeting second, 0..1 of full scale."""
        first = max(0, self._offset_of(at_s - width_s / 2))
        samples = self._samples(first, min(len(self._pcm), self._offset_of(at_s + width_s / 2)))
        return float(np.sqrt(np.mean(np.square(samples)))) if samples.size else 0.0

    def rms(self) -> float:
        """Loudness of the loudest tenth, 0..1 of full scale."""
        samples = self._samples(0, len(self._pcm))
        hop = int(_HOP_S * SAMPLE_RATE)
        if samples.size < hop:
            return 0.0
        power = np.square(samples[: samples.size // hop * hop]).reshape(-1, hop).mean(axis=1)
        return float(np.sqrt(np.quantile(power, 0.9)))

    def _piece(self, index: int) -> tuple[int, int]:
        last = index + 1 == len(self._offsets)
        return self._offsets[index], len(self._pcm) if last else self._offsets[index + 1]

    def _offset_of(self, at_s: float) -> int:
        if not self._starts_s:
            return 0
        piece = max(0, bisect_right(self._starts_s, at_s) - 1)
        inside = round((at_s - self._starts_s[piece]) * SAMPLE_RATE) * 2
        return self._offsets[piece] + inside

    def _samples(self, first: int, last: int) -> NDArray[np.float32]:
        piece = np.frombuffer(bytes(self._pcm[first : last - (last - first) % 2]), dtype="<i2")
        return piece.astype(np.float32) / 32768.0

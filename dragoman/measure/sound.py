"""Captured sound against the sound that was sent: placement and drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import correlate
from scipy.stats import theilslopes

from domain.audio import SAMPLE_RATE

Pcm = npt.NDArray[np.float32]

SEARCH_S = 1.0
"""A line is looked for this far around the moment at which it was sent."""
TEMPLATE_S = 1.5
"""So much of a line's beginning is compared."""
LEAST_LIKENESS = 0.3
"""Normalised correlation 0..1 below which a line counts as not found."""


@dataclass(frozen=True, slots=True)
class SentLine:
    """A line's sound, 16 kHz mono, and when its first sample was sent (monotonic seconds)."""

    pcm: Pcm
    start_s: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a sent line was found."""

    sent_s: float
    offset_s: float
    """Placed time minus sent time."""
    likeness: float


class Capture:
    """One captured track: frames with the meeting second at which each was placed."""

    def __init__(self, pcm: Path, index: Path, began_s: float) -> None:
        rows = np.loadtxt(index, ndmin=2)
        self.starts_s = rows[:, 0] + began_s
        self.arrivals_s = rows[:, 1]
        self.counts = rows[:, 2].astype(int)
        samples = np.frombuffer(pcm.read_bytes(), "<i2").astype(np.float32)
        self.sound: Pcm = samples * np.float32(1 / 32768)
        self.firsts = np.concatenate([[0], np.cumsum(self.counts)[:-1]])

    @property
    def delays_s(self) -> npt.NDArray[np.float64]:
        """From a frame's last sample to its arrival in the pipeline, in seconds."""
        delays: npt.NDArray[np.float64] = self.arrivals_s - (
            self.starts_s + self.counts / SAMPLE_RATE
        )
        return delays

    def window(self, from_s: float, to_s: float) -> tuple[Pcm, int]:
        """The sound placed in a stretch of time, and the place of its first frame."""
        chosen = np.flatnonzero((self.starts_s >= from_s) & (self.starts_s < to_s))
        if not chosen.size:
            return np.zeros(0, np.float32), 0
        first, last = int(chosen[0]), int(chosen[-1])
        return self.sound[self.firsts[first] : self.firsts[last] + self.counts[last]], first

    def time_of(self, first_frame: int, sample: int) -> float:
        """The placed time of a sample counted from a frame's beginning."""
        place = self.firsts[first_frame] + sample
        frame = int(np.searchsorted(self.firsts, place, side="right")) - 1
        return float(self.starts_s[frame] + (place - self.firsts[frame]) / SAMPLE_RATE)


def read_captures(folder: Path, began_s: float) -> list[Capture]:
    """The tracks of a session's trace folder."""
    return [
        Capture(pcm, pcm.with_suffix(".idx"), began_s)
        for pcm in sorted(folder.glob("track-*.pcm"))
        if pcm.stat().st_size
    ]


def place(lines: Sequence[SentLine], captures: Sequence[Capture]) -> list[Placement]:
    """Finds every line in the track that carries it best; lines not found are left out."""
    found = []
    for line in lines:
        candidates = [hit for capture in captures if (hit := _find(line, capture)) is not None]
        best = max(candidates, key=lambda hit: hit.likeness, default=None)
        if best is not None and best.likeness >= LEAST_LIKENESS:
            found.append(best)
    return found


def drift_ppm(placements: Sequence[Placement]) -> float | None:
    """Slope of the offsets over the meeting (Theil-Sen), in parts per million."""
    if len(placements) < 3:
        return None
    slope = theilslopes([p.offset_s for p in placements], [p.sent_s for p in placements])[0]
    return float(slope) * 1e6


def _find(line: SentLine, capture: Capture) -> Placement | None:
    template = line.pcm[: int(TEMPLATE_S * SAMPLE_RATE)]
    length_s = len(template) / SAMPLE_RATE
    sound, first = capture.window(line.start_s - SEARCH_S, line.start_s + length_s + SEARCH_S)
    if len(sound) < len(template) or not template.any():
        return None
    score = correlate(sound, template, mode="valid", method="fft")
    total = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    energy = total[len(template) :] - total[: -len(template)]
    norm = np.sqrt(np.maximum(energy, 1e-9) * float(np.sum(template**2)))
    likeness = score / norm
    best = int(np.argmax(likeness))
    placed_s = capture.time_of(first, best)
    return Placement(line.start_s, placed_s - line.start_s, float(likeness[best]))

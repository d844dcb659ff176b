"""Sound as the pipeline sees it: short frames of 16 kHz mono PCM, each placed in time."""

from dataclasses import dataclass

SAMPLE_RATE = 16_000
"""Hertz, of every frame."""

FRAME_SAMPLES = 320
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE

MIX = "mix"
"""The track name of a source that does not come apart by speaker."""


@dataclass(frozen=True, slots=True)
class Frame:
    """20 ms of one track."""

    track: str
    start_s: float
    """Seconds since the meeting began, from the page's clock."""
    pcm: bytes
    """Little-endian signed 16-bit mono, 16 kHz, FRAME_SAMPLES samples."""

    @property
    def end_s(self) -> float:
        return self.start_s + len(self.pcm) / 2 / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a track that was lost."""

    track: str
    start_s: float
    end_s: float
    samples: int
    """Lost samples at 16 kHz."""
    reason: str


@dataclass(frozen=True, slots=True)
class Level:
    """Loudness of one track at one moment, for meters."""

    track: str
    at_s: float
    rms: float
    """0..1 of full scale."""
    peak: float
    """0..1 of full scale."""

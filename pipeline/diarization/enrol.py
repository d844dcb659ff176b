"""A person's voice as a vector."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from domain.errors import UsageError
from pipeline.diarization.spectra import Floats
from pipeline.diarization.vectors import unit

WANTED_S = 8.0
"""Speech that an enrolment should have."""

LEAST_S = 3.0
"""Less speech is refused."""


@dataclass(frozen=True, slots=True)
class VoiceVector:
    """What a recording says of its one speaker."""

    vector: tuple[float, ...]
    """Of unit length."""
    speech_s: float


@runtime_checkable
class VoiceModel(Protocol):
    """A diarizer that can enrol people."""

    least_likeness: float
    """Least cosine at which a voice is that of an enrolled person."""
    margin: float
    """By which the best person must be ahead of the next."""

    async def model(self) -> str:
        """What makes the vectors. Raises EngineError, MissingError."""
        ...

    async def embed(self, pcm: bytes) -> VoiceVector:
        """One speaker's recording (16 kHz PCM16) as a vector. Raises UsageError where it holds
        too little speech, EngineError."""
        ...


def checked(vectors: Sequence[Floats], seconds: Sequence[float], speech_s: float) -> VoiceVector:
    """The vector of all pieces. Raises UsageError where there is too little speech."""
    if not vectors or speech_s < LEAST_S:
        raise UsageError(
            f"Only {speech_s:.1f} s of speech were found.",
            f"Give a recording in which only this person speaks, {WANTED_S:.0f} s or longer.",
        )
    weights = np.asarray(seconds, dtype=np.float32)[:, None]
    middle = unit((np.stack(vectors) * weights).sum(axis=0).astype(np.float32))
    return VoiceVector(tuple(float(value) for value in middle), speech_s)

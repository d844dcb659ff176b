"""What makes a voice's vector, and by which distances such vectors are compared."""

from dataclasses import dataclass
from typing import Protocol

from pipeline.diarization.spectra import Floats


@dataclass(frozen=True, slots=True)
class Rules:
    """Cosine distances, 0 the same .. 2 opposite, and seconds of speech."""

    assign: float
    """A piece within this distance of a voice is that voice's."""
    update: float
    """A piece within this distance may change the picture of its voice."""
    split: float
    """Groups of pieces further apart are two voices."""
    new_s: float
    """Speech that a new voice needs."""
    recognise: float
    """Least cosine at which a voice is that of an enrolled person."""
    recognise_s: float = 4.0
    """Speech that a name needs."""
    margin: float = 0.05
    """By which the best enrolled person must be ahead of the next."""


class VectorModel(Protocol):
    """Makes one vector of a piece of speech."""

    name: str
    """Vectors of different names cannot be compared."""
    rules: Rules

    def vector(self, samples: Floats) -> Floats | None:
        """Of unit length; None where the piece is too short. It blocks."""
        ...


def unit(vector: Floats) -> Floats:
    """The vector at length 1."""
    length = float((vector * vector).sum()) ** 0.5
    return (vector / length).astype(vector.dtype) if length > 0 else vector

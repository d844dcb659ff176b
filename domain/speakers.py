"""Voices told apart by their sound."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of one track in which one voice speaks. Turns of two voices may overlap."""

    label: str
    """Stands for one voice of the track and is never given to another one."""
    start_s: float
    end_s: float
    confidence: float = 1.0
    """0 a guess .. 1 sure."""
    name: str = ""
    """Of an enrolled voice; empty for a stranger."""


@dataclass(frozen=True, slots=True)
class Voiceprint:
    """A person's voice as a vector, kept with consent."""

    id: str
    name: str
    model: str
    """What made the vector; vectors of different models cannot be compared."""
    vector: tuple[float, ...]
    """Of unit length."""
    sound_s: float
    """Speech it was made from."""
    consent: str
    """Who agreed, and how, in words."""
    consent_at: datetime

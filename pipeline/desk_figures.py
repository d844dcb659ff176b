"""How a translation desk stands, for people."""

from dataclasses import dataclass


@dataclass(slots=True)
class DeskCounts:
    """What the desk had to do without."""

    abandoned: int = 0
    """Finals that failed at every try."""
    missing_terms: int = 0
    """Finals that came without a glossary term."""


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """How the desk stands."""

    asked: int
    hit_rate: float
    """0..1 of what was asked for."""
    waiting: int
    """Finals without a result."""
    abandoned: int
    missing_terms: int

    def __str__(self) -> str:
        told = [f"Translations: {self.asked} asked for, {self.hit_rate:.0%} known already"]
        told += [f"{self.waiting} still wait"] if self.waiting else []
        told += [f"{self.abandoned} could not be made"] if self.abandoned else []
        told += [f"{self.missing_terms} lack a glossary term"] if self.missing_terms else []
        return "; ".join(told) + "."

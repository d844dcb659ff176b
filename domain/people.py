"""Who is in the meeting."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Participant:
    """One participant as Meet lists them."""

    id: str
    """Meet's device id, or a name-based stand-in for it where Meet shows none."""
    name: str
    is_self: bool = False
    joined_s: float = 0.0
    left_s: float | None = None
    """None while present."""
    host: bool = False
    """Meet says so."""


UNKNOWN_SPEAKER = ""
"""The name of a speaker whom nothing names; shown as "Speaker" by whoever draws it."""


class Palette:
    """Numbers people in the order in which they first spoke: their colours everywhere."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, speaker: str) -> int:
        """0 for the first speaker, 1 for the second, and so on."""
        return self._numbers.setdefault(speaker, len(self._numbers))

    def everybody(self) -> dict[str, int]:
        """All numbers given so far."""
        return dict(self._numbers)

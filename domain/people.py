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


UNKNOWN_SPEAKER = ""
"""The name of a speaker whom nothing names; shown as "Speaker" by whoever draws it."""

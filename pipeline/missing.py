"""Speech that the recogniser failed to hear: its words come from captions where there are any."""

from collections import deque
from dataclasses import dataclass

_KEPT = 50
_LATE_S = 1.0
"""Captions are taken that much longer than their lag: it is a median."""


@dataclass(slots=True)
class _Stretch:
    utterance_id: str
    participant_id: str
    """Empty where nobody knows who speaks."""
    from_s: float
    until_s: float


class Missing:
    """Stretches of speech without words, the newest, by utterance."""

    def __init__(self) -> None:
        self._stretches: deque[_Stretch] = deque(maxlen=_KEPT)

    def note(self, utterance_id: str, participant_id: str, from_s: float, until_s: float) -> bool:
        """Between two moments an utterance is not heard; whether that is new."""
        for each in self._stretches:
            if each.utterance_id == utterance_id:
                each.until_s = until_s
                return False
        self._stretches.append(_Stretch(utterance_id, participant_id, from_s, until_s))
        return True

    def covers(self, participant_id: str, at_s: float) -> bool:
        """Whether what a participant said at a moment may be missing."""
        return any(
            each.from_s <= at_s < each.until_s + _LATE_S
            and each.participant_id in ("", participant_id)
            for each in self._stretches
        )

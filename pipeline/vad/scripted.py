"""Speech where a list says so, or where the sound is not digital silence."""

from collections.abc import Sequence

from domain.audio import SAMPLE_RATE


class ScriptedVad:
    """Says 1.0 within the given (start, end) seconds of sound heard, else 0.0.

    Without spans every window that is not digital silence is speech.
    """

    def __init__(self, spans: Sequence[tuple[float, float]] = ()) -> None:
        self._spans = tuple(spans)
        self._heard = 0

    def probability(self, pcm: bytes) -> float:
        """Speech probability 0..1 of the next 512 samples (32 ms, 16 kHz PCM16)."""
        middle_s = (self._heard + len(pcm) / 4) / SAMPLE_RATE
        self._heard += len(pcm) // 2
        if self._spans:
            return 1.0 if any(start <= middle_s < end for start, end in self._spans) else 0.0
        return 1.0 if any(pcm) else 0.0

    def reset(self) -> None:
        """Forgets what was heard."""
        self._heard = 0

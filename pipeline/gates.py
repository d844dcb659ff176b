"""What keeps silence, noise and music from becoming words."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.speech import Word
from pipeline.align import fold

_SHORT = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an utterance's sound."""

    voiced_s: float
    """Seconds in which voice activity was found."""
    length_s: float
    """Seconds from the first to the last such moment."""
    rms: float
    """Of the loudest tenth, 0..1 of full scale."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Thresholds below which an utterance is taken for noise."""

    min_rms: float = 0.003
    min_voiced_s: float = 0.16
    min_voiced_share: float = 0.4
    min_confidence: float = 0.0
    """Mean over the words of a final hypothesis; 0 where the engine tells none."""
    min_confidence_short: float = 0.0
    """The same for one or two words, which noise gives most often."""
    min_snr_db_short: float = 0.0
    """One or two words are to be louder than the background by so much."""
    min_draft_words: int = 1
    """Fewer words wait for the final hypothesis, which alone has a confidence."""
    most_repeats: int = 4
    """A phrase said more often than this in a row was made up by the engine."""

    def sounds(self, evidence: Evidence) -> bool:
        """Whether the sound may be speech at all."""
        share = evidence.voiced_s / max(evidence.length_s, 0.001)
        return (
            evidence.rms >= self.min_rms
            and evidence.voiced_s >= self.min_voiced_s
            and share >= self.min_voiced_share
        )

    def says(self, words: Sequence[Word], snr_db: float | None = None) -> bool:
        """Whether a final hypothesis is believable. `snr_db`: speech over background, if known."""
        if not words:
            return False
        mean = sum(word.confidence for word in words) / len(words)
        short = len(words) <= _SHORT
        least = self.min_confidence_short if short else self.min_confidence
        if short and snr_db is not None and snr_db < self.min_snr_db_short:
            return False
        return mean >= least and not repeats([word.text for word in words], self.most_repeats)


POCKETSPHINX = Gate(
    min_confidence=0.3, min_confidence_short=0.55, min_snr_db_short=3.0, min_draft_words=2
)
GENERIC = Gate()


def gate_for(engine: str) -> Gate:
    """The thresholds tuned for an engine."""
    return POCKETSPHINX if engine == "pocketsphinx" else GENERIC


def repeats(words: Sequence[str], most: int) -> bool:
    """Whether a phrase of one to six words stands more than `most` times in a row."""
    folded = [fold(word) for word in words]
    for size in range(1, 7):
        run = 0
        for index in range(size, len(folded)):
            run = run + 1 if folded[index] == folded[index - size] else 0
            if run >= size * most:
                return True
    return False

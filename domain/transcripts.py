"""What is kept of a meeting's speech."""

from dataclasses import dataclass

from domain.captions import Caption, Translation
from domain.speech import OtherWords, SoundQuality, Word

LIVE = "live"
"""The version of a transcript that was made during the meeting."""

REFINED = "refined"
"""The version of the second pass."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stored final caption. Writing one again under the same id changes nothing but
    adds translations, and a speaker where none was known, that have come since."""

    id: str
    meeting_id: str
    participant_id: str
    speaker: str
    language: str
    start_s: float
    end_s: float
    text: str
    confidence: float
    engine: str
    words: tuple[Word, ...] = ()
    translations: tuple[Translation, ...] = ()
    doubt: float = 0.0
    sound: SoundQuality | None = None
    other: OtherWords | None = None
    version: str = LIVE

    @classmethod
    def of(cls, caption: Caption, meeting_id: str) -> "Segment":
        """The segment of a final caption."""
        return cls(
            id=caption.id,
            meeting_id=meeting_id,
            participant_id=caption.participant_id,
            speaker=caption.speaker,
            language=caption.language,
            start_s=caption.start_s,
            end_s=caption.end_s,
            text=caption.text,
            confidence=caption.confidence,
            engine=caption.engine,
            words=caption.words,
            translations=caption.translations,
            doubt=caption.doubt,
            sound=caption.sound,
            other=caption.other,
        )

"""Captions: the words of one sentence with their translations, in rising revisions."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.speech import OtherWords, SoundQuality, Word


class TranslationState(StrEnum):
    """How far a translation has come."""

    PENDING = "pending"
    DRAFT = "draft"
    FINAL = "final"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Translation:
    """A caption's text in one target language."""

    language: str
    text: str
    """Empty while pending or failed; never the source text in disguise."""
    state: TranslationState
    engine: str = ""
    hops: tuple[str, ...] = ()
    """Language codes passed through, ends included, such as ("en", "es", "fr")."""
    quality: float | None = None
    """0..1 where the engine gives a real signal, such as the share of known words."""
    error: str = ""
    """Why it failed, for people."""
    stamp_s: float = 0.0
    """When this version was made."""
    doubtful: bool = False
    """Whether its quality signal, or a check of terms and numbers, speaks against it."""


@dataclass(frozen=True, slots=True)
class Caption:
    """One revision of one caption. Revisions of an id only rise; a final one is the last."""

    id: str
    revision: int
    participant_id: str
    speaker: str
    language: str
    words: tuple[Word, ...]
    """In display spelling; joined by `text`."""
    stable: int
    """That many leading words will not change."""
    final: bool
    """The words are final. Translations may still follow in later revisions."""
    start_s: float
    end_s: float
    heard_s: float
    """Meeting second at which this revision's newest sound was captured."""
    stamp_s: float
    """Meeting second at which this revision was made."""
    engine: str = ""
    confidence: float = 1.0
    doubt: float = 0.0
    translations: tuple[Translation, ...] = ()
    joiner: str = field(default=" ")
    """What stands between words: a space, or nothing for CJK and Thai."""
    sound: SoundQuality | None = None
    other: OtherWords | None = None

    @property
    def text(self) -> str:
        """The whole text, drafts included."""
        return self.joiner.join(word.text for word in self.words)

    @property
    def stable_text(self) -> str:
        """The part of the text that will not change."""
        return self.joiner.join(word.text for word in self.words[: self.stable])

    @property
    def speaker_key(self) -> str:
        """What tells one speaker from another."""
        return self.participant_id or self.speaker

    @property
    def settled(self) -> bool:
        """Words are final and every translation is final or failed."""
        done = (TranslationState.FINAL, TranslationState.FAILED)
        return self.final and all(t.state in done for t in self.translations)

    def translation(self, language: str) -> Translation | None:
        """The translation into a language, if that language was asked for."""
        return next((t for t in self.translations if t.language == language), None)

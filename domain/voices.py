"""Speech that is made here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """A text to speak."""

    text: str
    language: str
    """BCP 47 primary subtag."""
    speed: float = 1.0
    """1.0 is the voice's own pace; 1.5 is half as fast again."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken text."""

    pcm: bytes
    """Little-endian signed 16-bit mono."""
    rate: int
    """Samples a second."""
    language: str
    caption_id: str = ""
    """The caption that it speaks; empty where there is none."""

    @property
    def length_s(self) -> float:
        return len(self.pcm) / 2 / self.rate

"""What an engine that hears whole windows makes of one."""

from dataclasses import dataclass
from typing import Protocol

from domain.languages import joiner
from domain.speech import Word


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound to decode at once."""

    pcm: bytes
    """16 kHz PCM16."""
    track: str
    language: str = ""
    """Empty where it is to be detected."""
    terms: tuple[str, ...] = ()
    final: bool = False
    """The utterance is over: it goes before drafts."""
    context: str = ""
    """What was said just before."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Words of one window with what the engine says of its own doubts."""

    words: tuple[Word, ...]
    """Times in seconds since the window's first sample."""
    language: str
    length_s: float
    """Of the sound."""
    avg_logprob: float = 0.0
    """Mean log-probability per token; 0 where the engine tells none."""
    no_speech: float = 0.0
    """Probability of silence; 0 where the engine tells none."""
    prompt: str = ""
    """What the engine was told to expect."""
    context: str = ""
    """What it was told was said before."""

    @property
    def text(self) -> str:
        return joiner(self.language).join(word.text for word in self.words)


class Decoder(Protocol):
    """Decodes windows for any number of streams."""

    async def decode(self, piece: Piece) -> Decoded | None:
        """The believable words of a window; None where a draft is not worth showing.

        Raises EngineError.
        """
        ...

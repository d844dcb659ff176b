"""Recognised speech: words, hypotheses of growing utterances, and what is known of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word, in the engine's own spelling."""

    text: str
    start_s: float
    end_s: float
    confidence: float = 1.0
    """0..1; 1.0 where the engine tells none."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What an engine makes of an utterance so far."""

    words: tuple[Word, ...]
    language: str
    """BCP 47 primary subtag."""
    final: bool = False
    """No further hypothesis follows, and every word is stable."""
    stable: int = 0
    """The engine itself vouches for this many leading words; 0 where it cannot tell."""


@dataclass(frozen=True, slots=True)
class SoundQuality:
    """How the sound of an utterance was. Levels are 0..1 of full scale."""

    rms: float
    """Of the speech."""
    peak: float
    snr_db: float
    """Speech over the background around it."""
    clipped: float
    """Share of samples at full scale."""


@dataclass(frozen=True, slots=True)
class OtherWords:
    """What the second source of words made of the same speech."""

    engine: str
    text: str
    agreement: float
    """0 nothing in common .. 1 the same words."""
    confidence: float = 1.0
    age_s: float = 0.0
    """How long after the speech's end the words came."""


@dataclass(frozen=True, slots=True)
class SpokenUpdate:
    """An utterance's words with their speaker: what the captioner turns into captions.

    Updates of one utterance share its id. The first `stable` words never change from one
    update to the next; the last update is final and all of its words are stable. An
    utterance that comes to nothing ends with a final update without words.
    """

    utterance_id: str
    participant_id: str
    """Empty while unknown."""
    speaker: str
    """Display name; empty while unknown. May be filled in by a later update."""
    language: str
    words: tuple[Word, ...]
    stable: int
    final: bool
    start_s: float
    end_s: float
    """End of the sound heard so far."""
    engine: str
    """Name of the engine the words come from."""
    doubt: float = 0.0
    """0 sure of the speaker .. 1 a guess."""
    punctuated: bool = False
    """The words carry case and punctuation already."""
    sound: SoundQuality | None = None
    """Where the words come from sound, on the final update at the latest."""
    other: OtherWords | None = None
    """May come with a later update than the final one."""

"""Settings of the half of the pipeline that turns sound and hints into words."""

from dataclasses import dataclass

from domain.speakers import Voiceprint


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a recogniser may take for an answer, in seconds. A chain of recognisers must
    have given up one of them by then, so that it can ask the next."""

    open_s: float = 10.0
    feed_s: float = 10.0
    finish_s: float = 90.0
    close_s: float = 5.0


@dataclass(frozen=True, slots=True)
class HearingSettings:
    """How to listen. Times are seconds."""

    languages: tuple[str, ...] = ()
    """Primary subtags that may be spoken; empty means any."""
    engine: str = "auto"
    """auto, meet-captions (captions only), or a recogniser's name (sound only)."""
    terms: tuple[str, ...] = ()
    """Glossary terms that may occur; names come from the roster."""
    vad: str = "auto"
    """auto, silero, energy or scripted."""
    speech_threshold: float = 0.5
    silence_threshold: float = 0.35
    min_speech_s: float = 0.096
    """Speech must last this long before an utterance opens."""
    pre_roll_s: float = 0.3
    end_silence_s: float = 0.5
    max_utterance_s: float = 12.0
    settle_s: float = 1.0
    """A word becomes stable no sooner than this after its end."""
    update_s: float = 0.2
    """At least this much sound goes to the recogniser at a time."""
    hold_s: float = 2.0
    """Words in an undecided language wait this long after their utterance for captions."""
    queue_s: float = 60.0
    """Sound that may wait per track; beyond it the oldest is dropped and counted."""
    behind_s: float = 2.5
    """Waiting sound from which on recognition takes less effort, and says so."""
    patience: Patience = Patience()
    """A recogniser that takes longer has failed on the utterance."""
    stepped: bool = False
    """Time passes only with the calls of `Listener.step`: for sound that is not live."""
    rooms: bool = True
    """Several people may sit behind one participant; told apart where there is a diarizer."""
    voices: tuple[Voiceprint, ...] = ()
    """Enrolled voices, made by the diarizer's model."""

"""What happens in a session, for whoever watches it: the page, the log, the benchmarks."""

from dataclasses import dataclass

from domain.audio import Gap, Level
from domain.captions import Caption
from domain.hints import ChatHint, LoudnessHint, RosterHint
from domain.meetings import StateChange


@dataclass(frozen=True, slots=True)
class CaptionRevised:
    """A caption has a new revision."""

    caption: Caption


@dataclass(frozen=True, slots=True)
class StageTimed:
    """A stage took this long for one item."""

    stage: str
    """capture, recognise, translate, draw or send."""
    seconds: float
    at_s: float


@dataclass(frozen=True, slots=True)
class PictureShown:
    """A picture update left for the camera."""

    number: int
    at_s: float
    captions: tuple[tuple[str, int], ...]
    """Ids and revisions of the captions that it shows."""


@dataclass(frozen=True, slots=True)
class Degraded:
    """Recognition works at another step of effort now, down or up again."""

    level: int
    """0 is full effort."""
    step: str
    """The step's name, such as larger_step, captions_only or full."""
    reason: str
    at_s: float


@dataclass(frozen=True, slots=True)
class SpeechMade:
    """A translation was spoken."""

    language: str
    caption_id: str
    length_s: float
    behind_s: float
    """From the end of the original speech to the start of this one."""
    at_s: float


@dataclass(frozen=True, slots=True)
class Listening:
    """The bot listens again, or pauses."""

    on: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class Retargeted:
    """The meeting is translated into other languages from now on."""

    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """The meeting's sound is kept from now on, or not any more."""

    on: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class SoundPath:
    """Where the sound is taken from now, and what is wrong with it."""

    path: str
    """receivers, mix or sink; none before anything sounded."""
    reason: str
    """Why this one, in a few words."""
    since_s: float
    alarms: tuple[str, ...]
    """What is wrong now, in plain words; empty: all is well."""
    at_s: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know, in plain words."""

    kind: str
    """A short machine-readable word, such as falling_behind or audio_path."""
    text: str
    at_s: float


Event = (
    CaptionRevised
    | StateChange
    | Level
    | Gap
    | StageTimed
    | Degraded
    | SpeechMade
    | Listening
    | Recording
    | Retargeted
    | SoundPath
    | PictureShown
    | RosterHint
    | ChatHint
    | LoudnessHint
    | Notice
)

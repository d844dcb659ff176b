"""What Meet itself says of speakers, words and people. All times are meeting seconds."""

from dataclasses import dataclass

from domain.people import Participant


@dataclass(frozen=True, slots=True)
class CaptionHint:
    """One revision of one line of Meet's own captions."""

    line_id: str
    """Stays the same over the revisions of a line; unique in the meeting."""
    participant_id: str
    """Empty where only a name is known."""
    name: str
    """As Meet shows it; empty where only the id is known."""
    text: str
    version: int
    final: bool
    language: str
    """BCP 47 primary subtag; empty where Meet does not say."""
    at_s: float
    """When the revision arrived."""
    source: str = "channel"
    """channel (data channel) or region (page)."""


@dataclass(frozen=True, slots=True)
class LoudnessHint:
    """A track's contributing source at a moment: whom an audio receiver carries."""

    track: str
    participant_id: str
    level: float
    """0..1."""
    at_s: float


@dataclass(frozen=True, slots=True)
class TileHint:
    """A participant's tile lights up or goes dark."""

    participant_id: str
    speaking: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class RosterHint:
    """Everybody present now, ourselves included."""

    participants: tuple[Participant, ...]
    at_s: float


@dataclass(frozen=True, slots=True)
class ChatHint:
    """A chat message of somebody."""

    message_id: str
    sender: str
    """Empty for our own messages."""
    text: str
    at_s: float
    earlier: bool = False
    """It stood in the chat already when the bot first looked."""


Hint = CaptionHint | LoudnessHint | TileHint | RosterHint | ChatHint

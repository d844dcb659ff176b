"""Meeting scripts: who is there, who says what and when, and how the site behaves."""

from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import UsageError
from standin.call_traps import CallTraps

SCRIPTS = Path(__file__).parent / "scripts"

LOBBY_BEHAVIOURS = (
    "none",
    "admit",
    "deny",
    "never",
    "host_absent",
    "wrong_code",
    "full",
    "sign_in",
    "blocked",
)
LOBBY_WORDINGS = ("brings", "admits", "asking", "someone", "lets_in", "request")
ENDINGS = ("host", "everyone_leaves", "removed", "stays")
AUDIO_PATHS = ("tracks", "mixed", "played")


@dataclass(frozen=True, slots=True)
class Voice:
    """What speaks a participant's lines."""

    engine: str
    """flite, espeak-ng or wav."""
    name: str
    """The voice of the program, or the path of a WAV file."""


@dataclass(frozen=True, slots=True)
class ScriptedParticipant:
    """Somebody in the meeting."""

    id: str
    name: str
    language: str
    """BCP 47, such as en or es-ES."""
    voice: Voice
    host: bool = False
    joins_s: float = 0.0
    leaves_s: float | None = None
    """None: stays to the end."""
    returns_s: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Something a participant says. Times count from the moment the bot is in the call."""

    who: str
    start_s: float
    text: str
    wav: Path | None = None
    """Sound to play instead of the participant's voice; `text` says what is heard in it."""


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A chat message of a participant."""

    who: str
    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Lobby:
    """What happens after somebody asks to join."""

    behaviour: str = "admit"
    after_s: float = 2.0
    """Until admitted, denied or told that nobody answered."""
    wording: str = "brings"
    """Which of the texts that are seen; brings shows two more beside it."""


@dataclass(frozen=True, slots=True)
class CaptionHabits:
    """How the site captions."""

    available: bool = True
    """False: there is no captions button, no region and no channel."""
    on_at_start: bool = False
    language: str = ""
    """Forces one language on everybody; empty captions each speaker in their own."""
    lag_s: float = 0.6
    corrections: bool = True
    channel: bool = True
    """False: the region only."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the meeting ends."""

    how: str = "host"
    at_s: float | None = None
    """None: three seconds after the last line."""


@dataclass(frozen=True, slots=True)
class Traps(CallTraps):
    """Switches that make the site awkward; every one is off by default."""

    camera_off_at_s: float | None = None
    captions_off_at_s: float | None = None
    region_recreated_at_s: float | None = None
    chat_closed: bool = False
    chat_history: bool = False
    """Who comes sees what was written before."""
    nameless_rows: bool = False
    blocks_reused: bool = False
    captions_dropped_after: float | None = None
    """Characters in a block after which its text starts over."""
    people_virtualised: bool = False
    no_audio_element: bool = False
    late_tracks_s: float = 0.0
    page_reload_at_s: float | None = None
    sound_moves_at_s: float | None = None
    """From then on the receive lines carry silence."""
    sound_moves_to: str = "mixed"
    """Where the sound is to be had then: mixed, played, or nowhere."""
    echo_of: str = ""
    """Participant whose loudspeaker sends the bot's own voice back."""


@dataclass(frozen=True, slots=True)
class Script:
    """A whole meeting."""

    title: str
    participants: tuple[ScriptedParticipant, ...]
    lines: tuple[Line, ...] = ()
    chat: tuple[ChatLine, ...] = ()
    code: str = "abc-defg-hij"
    lobby: Lobby = field(default_factory=Lobby)
    captions: CaptionHabits = field(default_factory=CaptionHabits)
    end: Ending = field(default_factory=Ending)
    traps: Traps = field(default_factory=Traps)
    audio_path: str = "tracks"
    """tracks (three receivers), mixed (one sound without receivers, in an element) or played
    (the same straight to the loudspeaker, in no element)."""

    def participant(self, participant_id: str) -> ScriptedParticipant:
        """The participant of an id. Raises KeyError."""
        for person in self.participants:
            if person.id == participant_id:
                return person
        raise KeyError(participant_id)


def load_script(path: Path) -> Script:
    """Reads a script. Raises UsageError that names the file, the place and the cure."""
    from standin.script_reader import read_script

    return read_script(path)


def bundled_script(name: str) -> Script:
    """A script that is shipped, such as demo or short. Raises UsageError."""
    path = SCRIPTS / f"{name}.toml"
    known = sorted(file.stem for file in SCRIPTS.glob("*.toml"))
    if name not in known:
        raise UsageError(f"There is no bundled script {name!r}.", f"Known: {', '.join(known)}.")
    return load_script(path)

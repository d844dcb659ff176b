"""A meeting from invitation to archive: its states, and why it left each of them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MeetingState(StrEnum):
    """Where a meeting stands. Entered on proof only."""

    REQUESTED = "requested"
    QUEUED = "queued"
    STARTING = "starting"
    JOINING = "joining"
    LOBBY = "lobby"
    NEEDS_HELP = "needs_help"
    """A person must do something in the bot's window, such as solving a captcha."""
    IN_MEETING = "in_meeting"
    LEAVING = "leaving"
    ENDED = "ended"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a meeting changed its state."""

    ASKED = "asked"
    LAUNCHED = "launched"
    BROWSER_READY = "browser_ready"
    KNOCKED = "knocked"
    ADMITTED = "admitted"
    RECOVERING = "recovering"
    """Something broke on the way or in the meeting; the bot comes back."""
    REJOINED = "rejoined"
    """Back in the meeting after a fault."""
    DENIED = "denied"
    NO_ANSWER = "no_answer"
    LOBBY_TIMEOUT = "lobby_timeout"
    START_TIMEOUT = "start_timeout"
    HOST_ABSENT = "host_absent"
    WRONG_CODE = "wrong_code"
    MEETING_FULL = "meeting_full"
    SIGN_IN_REQUIRED = "sign_in_required"
    BLOCKED = "blocked"
    CAPTCHA = "captcha"
    HELPED = "helped"
    """A person did what the bot needed."""
    REMOVED = "removed"
    HOST_ENDED = "host_ended"
    ALONE = "alone"
    SILENCE = "silence"
    CAP_REACHED = "cap_reached"
    PAGE_GONE = "page_gone"
    LEAVE_COMMAND = "leave_command"
    STOPPED = "stopped"
    LEFT = "left"
    SOUND_ENDED = "sound_ended"
    """A recording was heard to its end."""
    BROWSER_FAILED = "browser_failed"
    NOT_SET_UP = "not_set_up"
    INTERRUPTED = "interrupted"
    """Its bot died, or was not heard of any more."""
    INTERNAL_ERROR = "internal_error"


_NEXT: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.REQUESTED: frozenset({MeetingState.QUEUED, MeetingState.STARTING}),
    MeetingState.QUEUED: frozenset({MeetingState.STARTING}),
    MeetingState.STARTING: frozenset({MeetingState.JOINING}),
    MeetingState.JOINING: frozenset(
        {
            MeetingState.JOINING,  # another try
            MeetingState.LOBBY,
            MeetingState.NEEDS_HELP,
            MeetingState.IN_MEETING,
        }
    ),
    MeetingState.LOBBY: frozenset(
        {MeetingState.IN_MEETING, MeetingState.JOINING, MeetingState.NEEDS_HELP}
    ),
    MeetingState.NEEDS_HELP: frozenset(
        {MeetingState.JOINING, MeetingState.LOBBY, MeetingState.IN_MEETING}
    ),
    MeetingState.IN_MEETING: frozenset(),
    MeetingState.LEAVING: frozenset(),
    MeetingState.ENDED: frozenset(),
    MeetingState.FAILED: frozenset(),
}

ENDINGS = frozenset({MeetingState.ENDED, MeetingState.FAILED})
UNDER_WAY = frozenset(
    {
        MeetingState.STARTING,
        MeetingState.JOINING,
        MeetingState.LOBBY,
        MeetingState.NEEDS_HELP,
        MeetingState.IN_MEETING,
    }
)
"""A bot is, or should be, at work: after a fault it starts anew."""


def may_follow(state: MeetingState, new: MeetingState) -> bool:
    """Whether a meeting may go from one state to another.

    Every state that is no ending may go over into leaving, ended or failed; one in which a bot
    is at work, into starting: it comes back after a fault.
    """
    if state in ENDINGS:
        return False
    if new in ENDINGS or (new is MeetingState.STARTING and state in UNDER_WAY):
        return True
    return new in _NEXT[state] or (new is MeetingState.LEAVING and state is not new)


@dataclass(frozen=True, slots=True)
class StateChange:
    """One step of a meeting through its states."""

    state: MeetingState
    reason: Reason
    at: datetime
    evidence: str = ""
    """What proved it, for people: the text on the page, the element seen, the signal."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a stay in a meeting ended: an expected value, not an exception."""

    reason: Reason
    evidence: str = ""

    @property
    def state(self) -> MeetingState:
        """ENDED where the bot had been in the meeting and left it as it should."""
        return MeetingState.ENDED if self.reason in ENDED_REASONS else MeetingState.FAILED

    @property
    def exit_code(self) -> int:
        """The process's exit code."""
        return EXIT_CODES[self.reason]


ENDED_REASONS = frozenset(
    {
        Reason.HOST_ENDED,
        Reason.REMOVED,
        Reason.ALONE,
        Reason.SILENCE,
        Reason.CAP_REACHED,
        Reason.LEAVE_COMMAND,
        Reason.STOPPED,
        Reason.LEFT,
        Reason.SOUND_ENDED,
    }
)

EXIT_CODES: dict[Reason, int] = {
    Reason.HOST_ENDED: 0,
    Reason.ALONE: 0,
    Reason.SILENCE: 0,
    Reason.CAP_REACHED: 0,
    Reason.LEAVE_COMMAND: 0,
    Reason.STOPPED: 0,
    Reason.LEFT: 0,
    Reason.SOUND_ENDED: 0,
    Reason.DENIED: 10,
    Reason.NO_ANSWER: 11,
    Reason.LOBBY_TIMEOUT: 12,
    Reason.REMOVED: 13,
    Reason.HOST_ABSENT: 14,
    Reason.WRONG_CODE: 15,
    Reason.MEETING_FULL: 16,
    Reason.SIGN_IN_REQUIRED: 17,
    Reason.BLOCKED: 18,
    Reason.PAGE_GONE: 19,
    Reason.START_TIMEOUT: 20,
    Reason.BROWSER_FAILED: 21,
    Reason.INTERNAL_ERROR: 22,
    Reason.NOT_SET_UP: 23,
    Reason.INTERRUPTED: 24,
    Reason.CAPTCHA: 25,
}
"""0 an orderly end; 1 and 2 are left to usage errors; 10 and up name what went wrong."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting's row, from request to archive."""

    id: str
    link: str
    code: str
    name: str
    """The bot's display name."""
    languages: tuple[str, ...]
    """Target languages."""
    state: MeetingState
    created_at: datetime
    began_at: datetime | None = None
    """Wall clock of meeting second 0: the admission."""
    ended_at: datetime | None = None
    reason: Reason = Reason.ASKED
    endpoint: str = ""
    """Address of the running bot's own pages."""
    changes: tuple[StateChange, ...] = field(default=())

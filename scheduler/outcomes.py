"""What the end of a bot's stay means for its event: another try, or why it was missed."""

from domain.meetings import Meeting, MeetingState, Reason
from domain.recovery import BROKEN
from domain.retries import CALENDAR_PAUSES_S, NEVER

WORDS = {
    Reason.DENIED: "the host did not let the bot in",
    Reason.NO_ANSWER: "nobody answered when the bot asked to join",
    Reason.LOBBY_TIMEOUT: "nobody let the bot in from the lobby",
    Reason.HOST_ABSENT: "the host was not there",
    Reason.WRONG_CODE: "the meeting's link does not work",
    Reason.MEETING_FULL: "the meeting was full",
    Reason.SIGN_IN_REQUIRED: "the meeting is for signed-in people only",
    Reason.BLOCKED: "Google refused the bot",
    Reason.CAPTCHA: "nobody solved Google's captcha in the bot's window",
    Reason.INTERRUPTED: "the bot's process died",
    Reason.BROWSER_FAILED: "the browser failed",
    Reason.NOT_SET_UP: "the bot is not set up",
    Reason.START_TIMEOUT: "the meeting's page did not open in time",
    Reason.PAGE_GONE: "the meeting's page broke",
    Reason.REMOVED: "the bot was removed",
    Reason.LEFT: "the bot was taken back before it joined",
    Reason.LEAVE_COMMAND: "the bot was told to leave before it joined",
}


def admitted(meeting: Meeting) -> bool:
    """Whether the bot is, or was, in the meeting."""
    inside = (MeetingState.IN_MEETING, MeetingState.LEAVING)
    return meeting.began_at is not None or meeting.state in inside


def missed_words(meeting: Meeting) -> str:
    """Why a meeting that ended was missed; empty where the bot had been in it."""
    if admitted(meeting):
        return ""
    return WORDS.get(meeting.reason, meeting.reason.value.replace("_", " "))


def again_after_s(meeting: Meeting, tries: int) -> float | None:
    """Seconds to wait after its end before the next try; None: no other try makes sense."""
    if meeting.reason in NEVER or (admitted(meeting) and meeting.reason not in BROKEN):
        return None
    return CALENDAR_PAUSES_S[min(max(tries, 1), len(CALENDAR_PAUSES_S)) - 1]

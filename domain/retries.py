"""Which way of not getting in deserves another try: one table for bots and for calendars."""

from enum import StrEnum

from domain.meetings import Reason


class Again(StrEnum):
    """What helps after a failure."""

    NEVER = "never"
    """People said no, or nothing would be different."""
    KNOCK = "knock"
    """People were not there; a little later they may be."""
    LATER = "later"
    """The wait was long enough; a calendar tries again while the event lasts."""
    FRESH_BROWSER = "fresh_browser"
    """The page or the browser broke."""


RULES: dict[Reason, Again] = {
    Reason.DENIED: Again.NEVER,
    Reason.REMOVED: Again.NEVER,
    Reason.BLOCKED: Again.NEVER,
    Reason.CAPTCHA: Again.NEVER,
    Reason.SIGN_IN_REQUIRED: Again.NEVER,
    Reason.WRONG_CODE: Again.NEVER,
    Reason.NOT_SET_UP: Again.NEVER,
    Reason.LEFT: Again.NEVER,
    Reason.LEAVE_COMMAND: Again.NEVER,
    Reason.STOPPED: Again.NEVER,
    Reason.NO_ANSWER: Again.KNOCK,
    Reason.HOST_ABSENT: Again.KNOCK,
    Reason.MEETING_FULL: Again.KNOCK,
    Reason.LOBBY_TIMEOUT: Again.LATER,
    Reason.START_TIMEOUT: Again.FRESH_BROWSER,
    Reason.PAGE_GONE: Again.FRESH_BROWSER,
    Reason.BROWSER_FAILED: Again.FRESH_BROWSER,
}
"""Reasons that are not here are ends of a stay, not failures to get in."""

NEVER = frozenset(reason for reason, again in RULES.items() if again is Again.NEVER)

KNOCK_PAUSES_S = (5.0, 20.0)
"""Before the second and the third knock of one bot."""
CALENDAR_PAUSES_S = (30.0, 90.0, 180.0)
"""Before a calendar sends the next bot."""


def knock_pause_s(reason: Reason, tries: int) -> float | None:
    """Seconds until the same bot knocks again after so many tries; None: it does not."""
    if RULES.get(reason) is not Again.KNOCK or tries > len(KNOCK_PAUSES_S):
        return None
    return KNOCK_PAUSES_S[tries - 1]

"""Coming back into a meeting after a fault: which faults deserve it, how often, how soon."""

from collections.abc import Sequence
from datetime import datetime

from domain.meetings import MeetingState, Reason, StateChange

BROKEN = frozenset(
    {Reason.INTERRUPTED, Reason.BROWSER_FAILED, Reason.PAGE_GONE, Reason.INTERNAL_ERROR}
)
"""The bot broke, and nobody sent it away: it may come back while the meeting lasts."""

LOST_PAGE = frozenset({Reason.PAGE_GONE, Reason.BROWSER_FAILED, Reason.START_TIMEOUT})
"""The browser or its page broke: a fresh one may get in again."""

BACK_OFF_S = (0.0, 2.0, 5.0)
"""Pauses before the tries; there are as many tries as pauses."""

STEADY_S = 15.0
"""Who was back in the meeting for so long has all tries again."""


def pause_before_try(changes: Sequence[StateChange], now: datetime) -> float | None:
    """Seconds to wait before the next try to come back; None where enough were made."""
    made = tries_made(changes, now)
    return BACK_OFF_S[made] if made < len(BACK_OFF_S) else None


def tries_made(changes: Sequence[StateChange], now: datetime) -> int:
    """Tries to come back since the bot last was in the meeting for a while."""
    made, until = 0, now
    for change in reversed(changes):
        inside = change.state is MeetingState.IN_MEETING
        if inside and (until - change.at).total_seconds() >= STEADY_S:
            break
        made += change.reason is Reason.RECOVERING
        until = change.at
    return made


def run_number(changes: Sequence[StateChange]) -> int:
    """0 for the first process that attends a meeting, and for each later one another number.

    Told by the steps before it, of which each process adds some: that it got in may be a step
    that could not be stored, while its words were.
    """
    started = any(change.state is MeetingState.STARTING for change in changes)
    return len(changes) if started else 0

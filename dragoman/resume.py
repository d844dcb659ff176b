"""A meeting that a bot was in before its process died: its clock, and what was not heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from domain.clock import MeetingClock
from domain.errors import StorageError
from domain.meetings import Meeting, Reason
from domain.transcripts import Segment
from dragoman.store import Stores
from storage.facts import SqlFactStore

CLOCK = "clock"
"""Fact: which run of the machine, and its monotonic seconds at the meeting's second 0."""
LATELY_S = 60.0
"""Who spoke so short a time before the fault may have been cut off by it."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier process left of a meeting."""

    clock: MeetingClock
    lost_s: float
    """Meeting second from which words may be missing."""


async def note_clock(facts: SqlFactStore, meeting_id: str, clock: MeetingClock) -> None:
    """Notes the clock for a process that comes after; it need not trust the wall clock then."""
    try:
        await facts.put(meeting_id, CLOCK, f"{boot()} {clock.began_monotonic_s}")
    except StorageError:
        return


async def earlier(meeting: Meeting, stores: Stores, reach_s: float) -> Earlier | None:
    """What is known of earlier stays; None where there was none. `reach_s` is the length of
    the longest utterance. Raises StorageError."""
    if meeting.began_at is None:
        return None
    facts = await stores.facts.facts(meeting.id)
    clock = clock_again(meeting.began_at, facts.get(CLOCK, ""))
    segments = await stores.transcripts.segments(meeting.id)
    beats = {beat.meeting_id: beat.beat_at for beat in await stores.bots.heartbeats()}
    died_s = _died_s(meeting, clock, beats.get(meeting.id))
    return Earlier(clock, lost_from(segments, died_s, reach_s))


def clock_again(began_at: datetime, noted: str, here: str = "") -> MeetingClock:
    """The meeting's clock in a new process: exact in the same run of the machine, otherwise
    by the wall clock."""
    run, _, began_s = noted.partition(" ")
    if began_s and run == (here or boot()):
        return MeetingClock(float(began_s), began_at)
    since = (datetime.now(UTC) - began_at).total_seconds()
    return MeetingClock(monotonic() - since, began_at)


def lost_from(segments: Sequence[Segment], died_s: float, reach_s: float) -> float:
    """From when on words may be missing: the end of the last stored words of whoever spoke
    lately, and no more than the longest utterance before the fault, which came after all of
    them, whatever the wall clock says."""
    ends: dict[str, float] = {}
    for segment in segments:
        who = segment.participant_id or segment.speaker
        ends[who] = max(ends.get(who, 0.0), segment.end_s)
    died_s = max(died_s, max(ends.values(), default=0.0))
    recent = [end_s for end_s in ends.values() if died_s - LATELY_S <= end_s <= died_s]
    return max(0.0, died_s - reach_s, min(recent, default=0.0))


def boot() -> str:
    """What tells one run of this machine from another; empty where nothing does."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _died_s(meeting: Meeting, clock: MeetingClock, beat_at: datetime | None) -> float:
    """When the earlier process was last known to be alive, at the latest now."""
    told = [change.at for change in meeting.changes if change.reason is Reason.RECOVERING]
    known = told[-1:] + ([beat_at] if beat_at is not None else [])
    now_s = clock.now_s()
    if not known:
        return now_s
    return min(now_s, (max(known) - clock.began_at) / timedelta(seconds=1))

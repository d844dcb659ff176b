"""Bots that died without a word: found by their processes and heartbeats, and cleaned up."""

import logging
import os
import signal
import socket
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from domain.meetings import Meeting, MeetingState
from dragoman.store import Stores
from storage.bots import Heartbeat

log = logging.getLogger(__name__)

BLIND_S = 40.0
"""After the database was away, bots have as long to be heard of again."""
JUMP_S = 5.0
"""The wall clock was set, or the machine slept, where it went so much apart from the machine's
own clock between two looks."""
CALLED_S = 20.0
"""So long after it was started, a bot has given a sign of life."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A meeting that has lost its bot."""

    meeting: Meeting
    fresh: bool
    """The bot was there a moment ago: it may be started anew."""
    why: str


class Orphans:
    """Knows which of the meetings that run have lost their bot."""

    def __init__(
        self,
        stores: Stores,
        after_s: float,
        now: Callable[[], datetime],
        own_s: Callable[[], float] = monotonic,
    ) -> None:
        self._stores = stores
        self._after_s = after_s
        self._now = now
        self._own_s = own_s
        self._sees_from_s = float("-inf")
        self._apart_s: float | None = None
        """Between the wall clock and the machine's own, at the last look."""

    def blind(self) -> None:
        """The database was away: nobody could be heard of, and it takes them a moment."""
        self._sees_from_s = self._own_s() + BLIND_S

    async def among(
        self,
        meetings: Sequence[Meeting],
        beats: Mapping[str, Heartbeat],
        children: Container[str] = (),
    ) -> list[Orphan]:
        """Those whose bot was not heard of for too long, and those of an earlier server whose
        bot's process is gone; what is left of it is killed. `children` are watched anyway."""
        self._mind_the_clock()
        if self._own_s() < self._sees_from_s:
            return []
        found = []
        for meeting in meetings:
            orphan = self._judge(meeting, beats.get(meeting.id), meeting.id in children)
            if orphan is None:
                continue
            found.append(orphan)
            beat = beats.get(meeting.id)
            if beat is not None:
                _kill(beat)
                await self._stores.bots.forget(meeting.id)
        return found

    def _mind_the_clock(self) -> None:
        """Old heartbeats say nothing after a jump of the clock, until there are new ones."""
        before_s, self._apart_s = self._apart_s, self._now().timestamp() - self._own_s()
        if before_s is not None and abs(self._apart_s - before_s) > JUMP_S:
            log.warning("the wall clock jumped by %.0f s", self._apart_s - before_s)
            self.blind()

    def _judge(self, meeting: Meeting, beat: Heartbeat | None, child: bool) -> Orphan | None:
        unheard_s = (self._now() - _heard_at(meeting, beat)).total_seconds()
        if unheard_s >= self._after_s:
            return Orphan(meeting, False, "its bot is not heard of any more")
        if child or not sent_by_server(meeting):
            return None
        if beat is None:
            lost = unheard_s >= CALLED_S
        else:
            lost = beat.host == socket.gethostname() and not _runs(beat)
        return Orphan(meeting, True, "its bot's process is gone") if lost else None


def sent_by_server(meeting: Meeting) -> bool:
    """Whether its bot is a server's: those wait in the queue, if only for a moment."""
    return any(change.state is MeetingState.QUEUED for change in meeting.changes)


def _heard_at(meeting: Meeting, beat: Heartbeat | None) -> datetime:
    """When the bot was last heard of: a heartbeat, or a step that it took."""
    steps = [change.at for change in meeting.changes] or [meeting.created_at]
    return max(steps[-1], beat.beat_at) if beat is not None else steps[-1]


def _runs(beat: Heartbeat) -> bool:
    """Whether the bot's process is there: its command names the meeting."""
    with suppress(OSError):
        return beat.meeting_id.encode() in Path(f"/proc/{beat.pid}/cmdline").read_bytes()
    return False


def _kill(beat: Heartbeat) -> None:
    """Ends the bot's process group, if that number still stands for this bot."""
    if beat.host == socket.gethostname() and _runs(beat):
        log.warning("a bot that is not heard of is ended: process %d", beat.pid)
        with suppress(OSError):
            os.killpg(beat.pid, signal.SIGKILL)

"""Bots that died without a word: found by their heartbeats, and cleaned up."""

import logging
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from domain.meetings import Meeting
from dragoman.store import Stores
from storage.bots import Heartbeat

log = logging.getLogger(__name__)


class Orphans:
    """Knows which of the meetings that run have lost their bot."""

    def __init__(self, stores: Stores, after_s: float, now: Callable[[], datetime]) -> None:
        self._stores = stores
        self._after_s = after_s
        self._now = now

    async def among(self, meetings: Sequence[Meeting]) -> list[Meeting]:
        """Those whose bot was not heard of for too long; what is left of it is killed."""
        beats = {beat.meeting_id: beat for beat in await self._stores.bots.heartbeats()}
        lost = []
        for meeting in meetings:
            beat = beats.get(meeting.id)
            if (self._now() - self._heard_at(meeting, beat)).total_seconds() < self._after_s:
                continue
            lost.append(meeting)
            if beat is not None:
                _kill(beat)
                await self._stores.bots.forget(meeting.id)
        return lost

    @staticmethod
    def _heard_at(meeting: Meeting, beat: Heartbeat | None) -> datetime:
        """When the bot was last heard of: a heartbeat, or a step that it took."""
        steps = [change.at for change in meeting.changes] or [meeting.created_at]
        return max(steps[-1], beat.beat_at) if beat is not None else steps[-1]


def _kill(beat: Heartbeat) -> None:
    """Ends the bot's process group, if that number still stands for this bot."""
    if beat.host != socket.gethostname():
        return
    with suppress(OSError):
        told = Path(f"/proc/{beat.pid}/cmdline").read_bytes()
        if beat.meeting_id.encode() in told:
            log.warning("a bot that is not heard of is ended: process %d", beat.pid)
            os.killpg(beat.pid, signal.SIGKILL)

"""Brings bots back whose process died: the same meeting, a pause, no more than a few tries."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol

from bot.leftovers import sweep
from domain.errors import DragomanError
from domain.meetings import ENDINGS, Meeting, MeetingState, Reason
from domain.recovery import pause_before_try
from dragoman.store import Stores
from scheduler.launchers.port import Bot

log = logging.getLogger(__name__)

SWEEP_S = 60.0
"""Between two looks for what dead bots have left."""


class Hands(Protocol):
    """What is done to meetings."""

    async def launch(self, meeting: Meeting) -> None:
        """Starts a bot."""
        ...

    async def end(self, meeting: Meeting, reason: Reason, evidence: str) -> None:
        """Ends a meeting whose bot does not do that itself."""
        ...

    async def step(
        self, meeting: Meeting, state: MeetingState, reason: Reason, evidence: str
    ) -> None:
        """Takes a meeting to a state."""
        ...


class Returns:
    """Decides what a bot's death means, and starts the next one."""

    def __init__(
        self,
        hands: Hands,
        stores: Stores,
        own: Callable[[Coroutine[Any, Any, None]], object],
        now: Callable[[], datetime],
    ) -> None:
        self._hands = hands
        self._stores = stores
        self._own = own
        self._now = now
        self._dismissed: set[str] = set()
        self.minded: set[str] = set()
        """Meetings whose bot's end is waited for, or is being told."""
        self.under_way: set[str] = set()
        """Meetings whose bot is about to be started anew."""

    def dismiss(self, meeting_id: str) -> None:
        """Its bot is sent away: it is not to come back."""
        self._dismissed.add(meeting_id)

    async def outlive(self, bot: Bot, over: Callable[[], None]) -> None:
        """Waits for a bot's end and sees to it that it is told."""
        self.minded.add(bot.meeting_id)
        try:
            await self._tell_end(bot.meeting_id, await bot.wait())
        except DragomanError as error:
            log.warning("a bot's end could not be stored: %s", error.message)
        finally:
            self.minded.discard(bot.meeting_id)
        over()

    async def _tell_end(self, meeting_id: str, code: int) -> None:
        await self._stores.bots.forget(meeting_id)
        meeting = await self._stores.meetings.get(meeting_id)
        if meeting is not None and meeting.state not in ENDINGS:
            await self._died(meeting, code)

    async def _died(self, meeting: Meeting, code: int) -> None:
        """A process that was killed comes back; one that ended by itself does not."""
        how = f"its process ended with {code}"
        self._own(_clean_up())
        if code >= 0:
            await self._hands.end(meeting, Reason.INTERRUPTED, how)
        elif meeting.id in self._dismissed or code == -signal.SIGTERM:
            await self._hands.end(meeting, Reason.STOPPED, how)
        else:
            await self.recover(meeting, how)

    async def recover(self, meeting: Meeting, why: str) -> None:
        """Starts a bot anew for the same meeting, unless it was leaving or tried enough."""
        pause_s = pause_before_try(meeting.changes, self._now())
        if meeting.state is MeetingState.LEAVING:
            await self._hands.end(meeting, meeting.reason, f"{why} while it left")
        elif pause_s is None:
            why = f"{why}, and tries to come back failed"
            await self._hands.end(meeting, Reason.INTERRUPTED, why)
        else:
            log.warning("a bot is started anew: %s", why)
            self.under_way.add(meeting.id)
            await self._hands.step(meeting, MeetingState.STARTING, Reason.RECOVERING, why)
            self._own(self._return(meeting, pause_s))

    async def _return(self, meeting: Meeting, pause_s: float) -> None:
        try:
            await asyncio.sleep(pause_s)
            if meeting.id not in self._dismissed:
                await self._hands.launch(meeting)
        finally:
            self.under_way.discard(meeting.id)


async def _clean_up() -> None:
    """The next bot does so itself before it starts its browser; this is for when none comes."""
    try:
        await asyncio.to_thread(sweep)
    except OSError as error:
        log.warning("what dead bots left cannot be looked for: %s", type(error).__name__)


async def keep_sweeping(pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Cleans up after dead bots, now and then, for ever."""
    while True:
        await _clean_up()
        await pause(SWEEP_S)

"""Looks after the bots: starts what waits, follows what runs, marks what died."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from domain.errors import DragomanError
from domain.meetings import ENDINGS, Meeting, MeetingState, Reason, StateChange
from dragoman.serve.links import BotLinks
from dragoman.serve.orphans import Orphans
from dragoman.store import Stores
from scheduler.launchers.port import Bot, Launcher

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""Between two looks at the meetings."""
LOOKED_AT = 500
"""Newest meetings among which those that run are sought."""
WAITING = (MeetingState.REQUESTED, MeetingState.QUEUED)


class Watch:
    """An async context manager; at its end bots run on.

    Meetings are found in the database, so that a bot which was started before this server, or
    by hand, is found too. `most` bots run at a time.
    """

    def __init__(
        self,
        stores: Stores,
        launcher: Launcher,
        links: BotLinks,
        *,
        most: int,
        orphan_s: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._stores = stores
        self._launcher = launcher
        self._links = links
        self._most = most
        self._now = now
        self._orphans = Orphans(stores, orphan_s, now)
        self._looking = asyncio.Lock()
        self._wake = asyncio.Event()
        self._followed: set[str] = set()
        self._waits: set[asyncio.Task[None]] = set()
        self._group = asyncio.TaskGroup()
        self._task: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._task = self._group.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._task.cancel()
        for task in self._waits.copy():
            task.cancel()
        await self._group.__aexit__(None, None, None)

    def bots(self) -> Sequence[Bot]:
        """Those that this server started and that run."""
        return self._launcher.running()

    async def meetings(self) -> list[Meeting]:
        """Those without an end, oldest first."""
        recent = await self._stores.meetings.recent(LOOKED_AT)
        return [m for m in reversed(recent) if m.state not in ENDINGS]

    async def waiting(self) -> list[Meeting]:
        """Those for which no bot was started yet, oldest first."""
        started = {bot.meeting_id for bot in self._launcher.running()}
        return [m for m in await self.meetings() if m.state in WAITING and m.id not in started]

    async def stop(self, meeting: Meeting) -> None:
        """Ends a bot that was started and does not answer yet; without one, the waiting."""
        for bot in self._launcher.running():
            if bot.meeting_id == meeting.id:
                await bot.stop()
                return
        await self.end(meeting, Reason.LEFT, "taken out of the queue")

    async def look(self) -> None:
        """Does now what is due. Raises StorageError."""
        async with self._looking:
            meetings = await self.meetings()
            running = [m for m in meetings if m.state not in WAITING]
            for meeting in await self._orphans.among(running):
                await self.end(meeting, Reason.INTERRUPTED, "its bot is not heard of any more")
                running.remove(meeting)
            self._follow(running)
            await self._start([m for m in meetings if m.state in WAITING], {m.id for m in running})

    async def end(self, meeting: Meeting, reason: Reason, evidence: str) -> None:
        """Ends a meeting whose bot does not do that itself."""
        state = MeetingState.FAILED if reason is Reason.INTERRUPTED else MeetingState.ENDED
        await self._step(meeting, state, reason, evidence)
        self._links.detach(meeting.id)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except DragomanError as error:
                log.warning("the meetings could not be looked at: %s", error.message)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()

    def _follow(self, running: Sequence[Meeting]) -> None:
        for meeting in running:
            if meeting.endpoint:
                self._links.attach(meeting.id, meeting.endpoint)
        now = {meeting.id for meeting in running}
        for gone in self._followed - now:
            self._links.detach(gone)
        self._followed = now

    async def _start(self, waiting: Sequence[Meeting], running: set[str]) -> None:
        alive = running | {bot.meeting_id for bot in self._launcher.running()}
        for meeting in waiting:
            if meeting.id in alive:
                continue
            if len(alive) < self._most:
                await self._launch(meeting)
                alive.add(meeting.id)
            elif meeting.state is MeetingState.REQUESTED:
                await self._step(meeting, MeetingState.QUEUED, Reason.ASKED, "all bots are busy")

    async def _launch(self, meeting: Meeting) -> None:
        try:
            bot = await self._launcher.launch(meeting.id)
        except DragomanError as error:
            await self._step(meeting, MeetingState.FAILED, Reason.NOT_SET_UP, error.message)
            return
        task = self._group.create_task(self._outlive(bot))
        self._waits.add(task)
        task.add_done_callback(self._waits.discard)

    async def _outlive(self, bot: Bot) -> None:
        """Sees to it that a bot's end is told."""
        code = await bot.wait()
        try:
            meeting = await self._stores.meetings.get(bot.meeting_id)
            if meeting is not None and meeting.state not in ENDINGS:
                await self.end(meeting, Reason.INTERRUPTED, f"its process ended with {code}")
            await self._stores.bots.forget(bot.meeting_id)
        except DragomanError as error:
            log.warning("a bot's end could not be stored: %s", error.message)
        self._wake.set()

    async def _step(
        self, meeting: Meeting, state: MeetingState, reason: Reason, evidence: str
    ) -> None:
        change = StateChange(state, reason, self._now(), evidence)
        try:
            await self._stores.meetings.change(meeting.id, change)
        except DragomanError as error:
            log.warning("a step could not be stored: %s", error.message)

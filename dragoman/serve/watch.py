"""Looks after the bots: starts what waits, follows what runs, brings back what died."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from domain.errors import DragomanError, StorageError
from domain.meetings import ENDINGS, Meeting, MeetingState, Reason, StateChange
from dragoman.evidence.keeper import BOT_DIED, failed, keep
from dragoman.serve.links import BotLinks
from dragoman.serve.orphans import Orphans, sent_by_server
from dragoman.serve.returns import Returns, keep_sweeping
from dragoman.store import Stores
from dragoman.worker import Worker
from scheduler.launchers.port import Bot, Launcher

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""Between two looks at the meetings."""
LOOKED_AT = 500
"""Newest meetings among which those that run are sought."""
WAITING = (MeetingState.REQUESTED, MeetingState.QUEUED)
"""No bot was started yet."""


@dataclass(frozen=True, slots=True)
class WatchRules:
    """How bots are looked after."""

    most: int
    """Bots at a time."""
    orphan_s: float
    """One that was not heard of for so long is taken for dead."""
    folder: Path
    """Of the meetings' folders: what a bot that died was about is kept there."""


class Watch(Worker):
    """An async context manager; at its end bots run on.

    Meetings are found in the database, so that a bot which was started before this server, or
    by hand, is found too. Bots are started for meetings that are queued, and started anew where
    their process dies; meetings of other processes are followed only.
    """

    def __init__(
        self,
        stores: Stores,
        launcher: Launcher,
        links: BotLinks,
        rules: WatchRules,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        own_s: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__()
        self._stores = stores
        self._launcher = launcher
        self._links = links
        self._rules = rules
        self._now = now
        self._orphans = Orphans(stores, rules.orphan_s, now, own_s)
        self._looking = asyncio.Lock()
        self._wake = asyncio.Event()
        self._followed: set[str] = set()
        self._returns = Returns(self, stores, self.own, now)

    def _begin(self) -> None:
        self.own(self._run())
        self.own(keep_sweeping())

    def bots(self) -> Sequence[Bot]:
        """Those that this server started and that run."""
        return self._launcher.running()

    async def meetings(self) -> list[Meeting]:
        """Those without an end, oldest first."""
        recent = await self._stores.meetings.recent(LOOKED_AT)
        return [m for m in reversed(recent) if m.state not in ENDINGS]

    async def waiting(self) -> list[Meeting]:
        """Those that are queued for a bot, oldest first."""
        started = {bot.meeting_id for bot in self._launcher.running()}
        queued = [m for m in await self.meetings() if m.state is MeetingState.QUEUED]
        return [m for m in queued if m.id not in started]

    async def stop(self, meeting: Meeting) -> None:
        """Ends a bot that was started and does not answer yet; without one, the waiting."""
        self._returns.dismiss(meeting.id)
        for bot in self._launcher.running():
            if bot.meeting_id == meeting.id:
                await bot.stop()
                return
        await self.end(meeting, Reason.LEFT, "sent away before it came")

    async def look(self) -> None:
        """Does now what is due. Raises StorageError."""
        async with self._looking:
            # Asked before the meetings are read: who ends meanwhile is no orphan.
            children = {bot.meeting_id for bot in self._launcher.running()} | self._returns.minded
            returning = self._returns.under_way.copy()
            meetings = await self.meetings()
            beats = {beat.meeting_id: beat for beat in await self._stores.bots.heartbeats()}
            queued = [m for m in meetings if m.state is MeetingState.QUEUED]
            running = [
                m for m in meetings if m not in queued and (m.id in beats or sent_by_server(m))
            ]
            followed = [m for m in running if m.id not in returning]
            for orphan in await self._orphans.among(followed, beats, children):
                if orphan.fresh:
                    await self._returns.recover(orphan.meeting, orphan.why)
                    continue
                await self.end(orphan.meeting, Reason.INTERRUPTED, orphan.why)
                running.remove(orphan.meeting)
            self._follow(running)
            await self._start(queued, {m.id for m in running})

    async def end(self, meeting: Meeting, reason: Reason, evidence: str) -> None:
        """Ends a meeting whose bot does not do that itself."""
        state = MeetingState.FAILED if reason is Reason.INTERRUPTED else MeetingState.ENDED
        await self.step(meeting, state, reason, evidence)
        self._links.detach(meeting.id)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except DragomanError as error:
                log.warning("the meetings could not be looked at: %s", error.message)
                self._orphans.blind()
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
            if len(alive) < self._rules.most:
                await self.launch(meeting)
                alive.add(meeting.id)

    async def launch(self, meeting: Meeting) -> None:
        """Starts a meeting's bot and follows its process."""
        try:
            bot = await self._launcher.launch(meeting.id)
        except DragomanError as error:
            await self.step(meeting, MeetingState.FAILED, Reason.NOT_SET_UP, error.message)
            return
        self.own(self._returns.outlive(bot, self._wake.set))

    async def step(
        self, meeting: Meeting, state: MeetingState, reason: Reason, evidence: str
    ) -> None:
        """Takes a meeting to a state; that it could not be stored is logged."""
        change = StateChange(state, reason, self._now(), evidence)
        try:
            await self._stores.meetings.change(meeting.id, change)
        except DragomanError as error:
            log.warning("a step could not be stored: %s", error.message)
        if failed(change):
            await asyncio.to_thread(self._keep, meeting.id, change)

    def _keep(self, meeting_id: str, change: StateChange) -> None:
        """The log's end of a bot that could not keep anything itself."""
        try:
            keep(self._rules.folder / meeting_id, change.reason.value, change.evidence, BOT_DIED)
        except StorageError as error:
            log.warning("evidence could not be kept: %s", error.message)

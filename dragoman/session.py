"""One stay in one meeting, from the browser's start to the last word on disk."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TypeVar

from domain.hints import ChatHint, Hint, LoudnessHint, RosterHint
from domain.meetings import Ending, Meeting, MeetingState, Reason
from dragoman.announce import greeting
from dragoman.crew import Crew, Stage
from dragoman.people import Attendance

log = logging.getLogger(__name__)

T = TypeVar("T")

FLUSH_S = 15.0
"""Longest wait for the last words and their translations."""
LEAVE_S = 15.0
"""Longest wait for the left screen."""


class Session:
    """Takes a crew through a meeting; `stop` ends the stay at any moment."""

    def __init__(self, meeting: Meeting, crew: Crew, *, announce: bool = True) -> None:
        self._meeting = meeting
        self._crew = crew
        self._announce = announce
        self._people = Attendance()

    def stop(self, reason: Reason = Reason.STOPPED) -> None:
        """Leaves as soon as the last words are flushed."""
        self._crew.bot.stop(reason)

    async def run(self) -> Ending:
        """Joins, stays, leaves; says how it ended. Every step is stored."""
        ending = await self._crew.bot.join()
        if ending is None:
            async with self._crew.stage(self._crew.bot.clock) as stage:
                ending = await self._attend(stage)
        await self._crew.steps.take(ending.state, ending.reason, ending.evidence)
        return ending

    async def _attend(self, stage: Stage) -> Ending:
        clock = self._crew.bot.clock
        self._crew.trace.clock(clock)
        await self._crew.meetings.update(self._meeting.id, began_at=clock.began_at)
        over = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen(stage, over))
            hello = tasks.create_task(self._say_hello())
            ending = await self._crew.bot.stay()
            over.set()
            hello.cancel()
            await self._finish(listening, stage)
        await self._leave(ending)
        people = self._people.at_end(clock.now_s())
        await self._crew.transcripts.write_participants(self._meeting.id, people)
        return ending

    async def _listen(self, stage: Stage, over: asyncio.Event) -> None:
        frames = self._crew.trace.frames(until(over, self._crew.bot.frames()))
        hints = self._noticed(until(over, self._crew.bot.hints()), stage)
        await stage.listener.run(frames, hints)

    async def _noticed(self, hints: AsyncIterator[Hint], stage: Stage) -> AsyncIterator[Hint]:
        async for hint in hints:
            if isinstance(hint, RosterHint):
                self._people.take(hint)
                stage.captioner.names(hint.participants)
                await self._crew.transcripts.write_participants(
                    self._meeting.id, self._people.everybody()
                )
            if isinstance(hint, RosterHint | ChatHint | LoudnessHint):
                self._crew.hub.publish(hint)
            yield hint

    async def _say_hello(self) -> None:
        if not self._announce:
            return
        for line in greeting(self._meeting.name, self._meeting.languages):
            if not await self._crew.bot.say(line):
                log.info("the chat took no greeting")
                return

    async def _finish(self, listening: asyncio.Task[None], stage: Stage) -> None:
        try:
            async with asyncio.timeout(FLUSH_S):
                await asyncio.shield(listening)
                await stage.captioner.flush()
        except TimeoutError:
            log.warning("the last words were not all translated in time")
            listening.cancel()

    async def _leave(self, ending: Ending) -> None:
        await self._crew.steps.take(MeetingState.LEAVING, ending.reason, ending.evidence)
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self._crew.bot.leave(ending.reason)


async def until(over: asyncio.Event, items: AsyncIterator[T]) -> AsyncIterator[T]:
    """The items that come before `over` is set."""
    stop = asyncio.ensure_future(over.wait())
    try:
        while not over.is_set():
            item = asyncio.ensure_future(anext(items))
            await asyncio.wait({item, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not item.done():
                item.cancel()
                await asyncio.gather(item, return_exceptions=True)
                return
            try:
                value = item.result()
            except StopAsyncIteration:
                return
            yield value
    finally:
        stop.cancel()

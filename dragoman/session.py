"""One stay in one meeting, from the browser's start to the last word on disk."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TypeVar

from domain.errors import StorageError
from domain.events import Notice
from domain.hints import ChatHint, Hint, LoudnessHint, RosterHint
from domain.meetings import Ending, MeetingState, Reason
from dragoman.crew import Crew
from dragoman.recovery import Recovery, again, lost, tell_back
from dragoman.stage import Stage

log = logging.getLogger(__name__)

T = TypeVar("T")

HEAR_S = 10.0
"""Longest wait in the call for the last sound to be recognised."""
REST_S = 60.0
"""Longest wait for it once the bot has left the call."""
FLUSH_S = 12.0
"""Longest wait for the last translations."""
LEAVE_S = 12.0
"""Longest wait for the left screen."""
CAPTIONS_S = 3.0
"""Longest wait for captions that are on their way when the bot is sent away."""
ASKED_TO_GO = frozenset({Reason.STOPPED, Reason.LEAVE_COMMAND, Reason.LEFT})


class Session:
    """Takes a crew through a meeting; `stop` ends the stay at any moment."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    def stop(self, reason: Reason = Reason.STOPPED, evidence: str = "") -> None:
        """Leaves as soon as the last words are flushed."""
        self._crew.bot.stop(reason, evidence)

    async def run(self) -> Ending:
        """Joins, stays, leaves; says how it ended. Every step is stored."""
        bot = self._crew.bot
        ending = await bot.join()
        if ending is not None:
            ending = await again(bot, self._crew.steps, ending)
        if ending is None:
            ending = await self._stay()
        self._crew.facts.note(Notice("locators", str(bot.drift), bot.clock.now_s()))
        await self._crew.steps.take(ending.state, ending.reason, ending.evidence)
        return ending

    async def _stay(self) -> Ending:
        ending: Ending | None = None
        earlier = self._crew.earlier
        if earlier is not None:
            gap = lost(earlier.lost_s, earlier.clock.now_s(), "the bot's process died")
            tell_back(self._crew.hub.publish, gap)
        try:
            async with self._crew.stage(self._crew.bot.clock) as stage:
                ending = await self._attend(stage)
        except StorageError as error:
            if ending is None:
                raise
            log.warning("an output could not be completed: %s", type(error).__name__)
            now_s = self._crew.bot.clock.now_s()
            self._crew.hub.publish(Notice("output_failed", str(error), now_s))
        assert ending is not None
        return ending

    async def _attend(self, stage: Stage) -> Ending:
        clock = self._crew.bot.clock
        self._crew.trace.clock(clock)
        await self._crew.recorder.begin(clock)
        if self._crew.earlier is None:
            await self._crew.begin(clock)
        silent, over = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen(stage, silent, over))
            hello = tasks.create_task(self._say_hello())
            ending = await self._recovery(stage).stay()
            silent.set()
            hello.cancel()
            if ending.reason in ASKED_TO_GO:
                await asyncio.sleep(min(stage.listener.caption_lag_s + 0.5, CAPTIONS_S))
            over.set()
            self._crew.pause.end()
            _, late = await asyncio.wait({listening}, timeout=HEAR_S)
            if late:
                await self._leave(ending)
                await self._hear_the_rest(listening)
            await self._flush(stage)
        if not late:
            await self._leave(ending)
        self._crew.facts.everybody_left(clock.now_s())
        return ending

    def _recovery(self, stage: Stage) -> Recovery:
        crew = self._crew
        return Recovery(
            crew.bot, crew.steps, crew.hub.publish, lambda: stage.listener.caption_lag_s
        )

    async def _listen(self, stage: Stage, silent: asyncio.Event, over: asyncio.Event) -> None:
        """Hears sound until `silent` and captions until `over` is set. A fault ends the stay
        in order: what was said by then is flushed, and the bot leaves."""
        pause, trace, kept = self._crew.pause, self._crew.trace, self._crew.recorder
        heard = pause.frames(until(silent, self._crew.bot.frames()))
        frames = self._crew.own.hearing(kept.frames(trace.frames(heard)))
        read = kept.hints(trace.hints(pause.hints(until(over, self._crew.bot.hints()))))
        hints = self._noticed(read, stage)
        try:
            await stage.listener.run(frames, hints)
        except Exception as error:
            log.exception("hearing failed")
            evidence = f"hearing failed: {type(error).__name__}"
            self._crew.bot.stop(Reason.INTERNAL_ERROR, evidence)

    async def _noticed(self, hints: AsyncIterator[Hint], stage: Stage) -> AsyncIterator[Hint]:
        async for hint in hints:
            if isinstance(hint, RosterHint):
                stage.captioner.names(hint.participants)
            if isinstance(hint, RosterHint | ChatHint | LoudnessHint):
                self._crew.hub.publish(hint)
            yield hint

    async def _say_hello(self) -> None:
        if self._crew.earlier is not None:
            return
        for line in self._crew.greeting():
            if not await self._crew.bot.say(line):
                log.info("the chat took no greeting")
                return

    async def _hear_the_rest(self, listening: asyncio.Task[None]) -> None:
        """Recognises what is still waiting; what is not done in time is told."""
        _, late = await asyncio.wait({listening}, timeout=REST_S)
        if late:
            log.warning("the last sound was not all recognised in time")
            text = "The last sound was not all recognised: recognition is too slow here."
            self._crew.hub.publish(Notice("end_unheard", text, self._crew.bot.clock.now_s()))
            listening.cancel()
            await asyncio.wait({listening}, timeout=2)

    async def _flush(self, stage: Stage) -> None:
        try:
            async with asyncio.timeout(FLUSH_S):
                await stage.captioner.flush()
        except TimeoutError:
            log.warning("the last words were not all translated in time")

    async def _leave(self, ending: Ending) -> None:
        await self._crew.steps.take(MeetingState.LEAVING, ending.reason, ending.evidence)
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self._crew.bot.leave(ending.reason)


async def until(over: asyncio.Event, items: AsyncIterator[T]) -> AsyncIterator[T]:
    """The items that come before `over` is set."""
    stop = asyncio.ensure_future(over.wait())
    item: asyncio.Future[T] | None = None
    try:
        while not over.is_set():
            item = asyncio.ensure_future(anext(items))
            await asyncio.wait({item, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not item.done():
                return
            try:
                value = item.result()
            except StopAsyncIteration:
                return
            yield value
    finally:
        stop.cancel()
        if item is not None and not item.done():
            item.cancel()
            await asyncio.gather(item, return_exceptions=True)

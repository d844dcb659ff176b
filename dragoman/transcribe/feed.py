"""Leads a recording through the pipeline, with its hints, at the pace that is wanted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing

from domain.audio import FRAME_S, Frame
from domain.clock import Clock
from domain.hints import Hint
from dragoman.hintfile import TimedHint
from dragoman.transcribe.clock import StreamClock
from dragoman.transcribe.moments import Moment, Recording, silence

STEP_S = 0.1
"""Sound that is heard in one step where time follows the sound."""
FAREWELL_S = 1.0
"""Silence after the sound, in which the last words settle."""


class Feed:
    """Frames and hints for a listener, from one recording.

    `keep_up` is awaited after each moment: where time follows the sound it returns when the
    pipeline has heard everything, so that nothing waits and nothing is dropped. `stop` ends
    the sound at the next moment.
    """

    def __init__(
        self,
        recording: Recording,
        hints: Sequence[TimedHint],
        clock: Clock,
        *,
        keep_up: Callable[[], Awaitable[None]],
        progress: Callable[[float], None],
    ) -> None:
        self._recording = recording
        self._coming = list(reversed(hints))
        self._clock = clock
        self._keep_up = keep_up
        self._progress = progress
        self._queue: asyncio.Queue[Hint | None] = asyncio.Queue(1)
        self._stopped = False
        self.heard_s = 0.0

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before the sound's end."""
        return self._stopped

    def stop(self) -> None:
        """No sound follows."""
        self._stopped = True

    async def frames(self) -> AsyncIterator[Frame]:
        """The sound, and a little silence after it."""
        at_s = 0.0
        async with aclosing(self._recording.moments(self._step_s)) as moments:
            async for moment in moments:
                if self._stopped:
                    break
                await self._come_to(moment.at_s)
                for frame in moment.frames:
                    yield frame
                    at_s = max(at_s, frame.end_s)
                await self._keep_up()
                self.heard_s = at_s
                self._progress(moment.at_s)
        for moment in self._farewell(at_s):
            await self._come_to(moment.at_s)
            for frame in moment.frames:
                yield frame
            await self._keep_up()
        await self._queue.put(None)

    async def hints(self) -> AsyncIterator[Hint]:
        """The hints, each when the sound has come to its time."""
        while (hint := await self._queue.get()) is not None:
            yield hint
            self._queue.task_done()

    @property
    def _step_s(self) -> float:
        return STEP_S if isinstance(self._clock, StreamClock) else FRAME_S

    def _farewell(self, at_s: float) -> list[Moment]:
        return silence(self._recording.tracks, at_s, FAREWELL_S, self._step_s)

    async def _come_to(self, at_s: float) -> None:
        while self._coming and self._coming[-1].came_s <= at_s:
            timed = self._coming.pop()
            await self._wait_for(timed.came_s)
            await self._queue.put(timed.hint)
            await self._queue.join()
        await self._wait_for(at_s)

    async def _wait_for(self, at_s: float) -> None:
        if isinstance(self._clock, StreamClock):
            self._clock.advance_to(at_s)
        else:
            await asyncio.sleep(max(0.0, at_s - self._clock.now_s()))

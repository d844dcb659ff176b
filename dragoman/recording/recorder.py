"""Keeps a meeting's sound beside the loop's work: captions never wait for the disk."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

from domain.audio import FRAME_SAMPLES, Frame, Gap
from domain.clock import Clock
from domain.errors import DragomanError
from domain.events import Event, Listening, Notice, Recording
from domain.hints import Hint
from dragoman.hintfile import TimedHint
from dragoman.recording.manifest import Piece
from dragoman.recording.writer import Done, Item, RecordingWriter, TimedFrame
from dragoman.trace import TiedClock
from dragoman.worker import Worker

log = logging.getLogger(__name__)

MOST_WAITING = 9_000
"""Frames, hints and gaps that wait for the disk: a minute of three tracks."""
TURN_S = 0.5
CLOSE_S = 20.0
OPEN_S = 3.0
"""Hearing begins then, whatever the disk does."""
OVERFLOW = "recording_overflow"

Kept = Callable[[Sequence[Piece]], Awaitable[None]]


class Recorder(Worker):
    """Takes copies of frames, hints and gaps; without a writer it lets everything pass.

    An async context manager. Overflow (`dropped`): a frame that finds the queue full is not
    kept and becomes a gap of the recording; a hint is left out.
    """

    def __init__(
        self, writer: RecordingWriter | None, publish: Callable[[Event], None], kept: Kept
    ) -> None:
        super().__init__()
        self.dropped = 0
        self._writer = writer
        self._publish = publish
        self._kept = kept
        self._clock: Clock | None = None
        self._waiting: deque[Item] = deque()
        self._lost: dict[str, Gap] = {}
        self._finished: list[Piece] = []
        self._news = asyncio.Event()
        self._ended = False
        self._closing = asyncio.Event()
        self._troubled = False
        self._in_hand = 0

    async def _end(self) -> None:
        await self.stop()

    @property
    def on(self) -> bool:
        """Whether sound is kept now."""
        return self._clock is not None

    @property
    def behind(self) -> int:
        """How many frames, hints and gaps are not on their way to a piece yet."""
        return len(self._waiting) + self._in_hand

    async def begin(self, clock: TiedClock) -> None:
        """The meeting has begun; from now on sound is kept if there is room."""
        if self._clock is not None:
            self._clock = clock
        if self._writer is None or self.on:
            return
        try:
            opening = asyncio.to_thread(self._writer.open, clock.began_at, clock.now_s())
            await asyncio.wait_for(opening, OPEN_S)
        except (DragomanError, OSError) as error:
            log.warning("nothing is recorded: %s", type(error).__name__)
            why = "The disk does not answer." if isinstance(error, TimeoutError) else str(error)
            told = f"{why} Nothing is recorded."
            self._publish(Notice("recording_refused", told, clock.now_s()))
            return
        self._clock = clock
        self.own(self._run(self._writer, clock))
        self.own(self._note())
        self._publish(Recording(True, clock.now_s()))

    async def stop(self) -> None:
        """Brings what waits to disk and completes the recording."""
        if self._clock is None:
            return
        now_s = self._clock.now_s()
        self._clock = None
        self._closing.set()
        if not await self._ended_within(CLOSE_S):
            log.warning("the end of the recording could not be written in time")
        self._publish(Recording(False, now_s))

    async def frames(self, frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
        """Passes frames on and keeps a copy."""
        async for frame in frames:
            if self._clock is not None:
                self._take(frame, self._clock.now_s())
            yield frame

    async def hints(self, hints: AsyncIterator[Hint]) -> AsyncIterator[Hint]:
        """Passes hints on and keeps a copy."""
        async for hint in hints:
            if self._clock is not None and len(self._waiting) < MOST_WAITING:
                came_s = round(max(hint.at_s, self._clock.now_s()), 3)
                self._waiting.append(TimedHint(hint, came_s))
            yield hint

    def event(self, event: Event) -> None:
        """Takes what is told of sound that was lost on its way here, and of pauses."""
        if self._clock is None:
            return
        if isinstance(event, Gap) and len(self._waiting) < 2 * MOST_WAITING:
            self._waiting.append(event)
        elif isinstance(event, Listening):
            self._publish(Recording(event.on, event.at_s))

    def _take(self, frame: Frame, now_s: float) -> None:
        if len(self._waiting) < MOST_WAITING:
            if frame.track in self._lost:
                self._waiting.append(self._lost.pop(frame.track))
            self._waiting.append(TimedFrame(frame, now_s))
            return
        known = self._lost.get(frame.track)
        start_s = known.start_s if known else frame.start_s
        samples = (known.samples if known else 0) + FRAME_SAMPLES
        self._lost[frame.track] = Gap(frame.track, start_s, frame.end_s, samples, OVERFLOW)
        if not self.dropped:
            self._complain("The disk is too slow: some sound is not recorded.", now_s)
        self.dropped += 1

    def _complain(self, text: str, at_s: float) -> None:
        log.warning("sound is not recorded for a while")
        self._publish(Notice("recording_trouble", text, at_s))

    async def _run(self, writer: RecordingWriter, clock: Clock) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(TURN_S):
                    await self._closing.wait()
            await self._turn(writer, clock)
        self._waiting.extend(self._lost.values())
        await self._turn(writer, clock)
        await self._done(writer.close, clock)
        self._ended = True
        self._news.set()

    async def _turn(self, writer: RecordingWriter, clock: Clock) -> None:
        items = list(self._waiting)
        self._waiting.clear()
        self._in_hand = len(items)
        await self._done(partial(writer.take, items, clock.now_s()), clock)
        self._in_hand = 0

    async def _done(self, work: Callable[[], Done], clock: Clock) -> None:
        """Has the writer work; whatever fails there costs sound, and never the meeting."""
        try:
            done = await asyncio.to_thread(work)
        except Exception as error:
            log.exception("recording failed")
            done = Done(trouble=type(error).__name__)
        self._told(done, clock)

    def _told(self, done: Done, clock: Clock) -> None:
        if done.trouble and not self._troubled:
            self._complain(f"Some sound is not recorded: {done.trouble}", clock.now_s())
        if done.pieces and self._troubled and not done.trouble:
            self._publish(Notice("recording_back", "Sound is recorded again.", clock.now_s()))
        if done.trouble or done.pieces:
            self._troubled = bool(done.trouble)
        self._finished += done.pieces
        self._news.set()

    async def _note(self) -> None:
        """Tells of finished pieces beside the writing: a slow database delays no sound."""
        while not self._ended or self._finished:
            await self._news.wait()
            self._news.clear()
            pieces, self._finished = self._finished, []
            if not pieces:
                continue
            try:
                await self._kept(pieces)
            except DragomanError as error:
                log.warning("pieces could not be noted: %s", type(error).__name__)

"""Sound of one track on its way to the ear: a bounded queue, read in batches."""

import asyncio
import logging
from collections import deque

from domain.audio import FRAME_S, Frame
from domain.events import Notice
from pipeline.ear_parts import EarParts

log = logging.getLogger(__name__)

_BATCH_S = 0.096
_STALL_S = 0.3
_MOST_BATCH = 250
_TELL_AGAIN_S = 30.0
_TELL_EVERY = 25
"""Frames between two tellings while nobody takes them."""


class Arrivals:
    """Frames in, batches out. Overflow: the oldest frame gives way, counted and told."""

    def __init__(self, parts: EarParts, track: str) -> None:
        self._parts = parts
        self._track = track
        self._frames: deque[Frame] = deque()
        self._limit = round(parts.settings.queue_s / FRAME_S)
        self._news = asyncio.Event()
        self._ended = False
        self._turn = asyncio.Event()
        self._rested = asyncio.Event()
        self._arrived_s = float("-inf")
        self._dropped = 0
        self._put = 0
        self._told_s = float("-inf")
        self._told_dropped = 0

    @property
    def over(self) -> bool:
        """The track ended and everything was taken."""
        return self._ended and not self._frames

    def put(self, frame: Frame) -> None:
        """Takes a frame; never waits."""
        if len(self._frames) >= self._limit:
            self._frames.popleft()
            self._dropped += 1
            if self._dropped == 1:
                log.warning("Recognition is too slow: sound of a track is dropped")
        self._frames.append(frame)
        self._arrived_s = self._parts.clock.now_s()
        self._news.set()
        self._put += 1
        if not self._put % _TELL_EVERY:
            self._tell_waiting()

    def end(self) -> None:
        """No frame follows."""
        self._ended = True
        self._news.set()
        self._turn.set()

    async def step(self) -> None:
        """Where time is stepped: lets the reader take what was put, and returns when it is done
        with it."""
        self._rested.clear()
        self._turn.set()
        await self._rested.wait()

    async def batch(self, *, speaking: bool) -> tuple[list[Frame], bool]:
        """What arrived, and whether the track fell silent amid speech without saying so."""
        wait_s = self._parts.settings.end_silence_s + _STALL_S if speaking else None
        if self._parts.settings.stepped:
            return await self._given(wait_s)
        stalled = False
        while len(self._frames) < _BATCH_S / FRAME_S and not self._ended:
            self._news.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                stalled = True
                break
        frames = self._take()
        self._tell_waiting()
        return frames, stalled

    async def _given(self, wait_s: float | None) -> tuple[list[Frame], bool]:
        """The same where time is stepped: what was put before this turn."""
        if not self._turn.is_set():
            self._rested.set()
        await self._turn.wait()
        if not self._ended:
            self._turn.clear()
        frames = self._take()
        silent_s = self._parts.clock.now_s() - self._arrived_s
        stalled = not frames and wait_s is not None and silent_s >= wait_s
        return frames, stalled

    def _take(self) -> list[Frame]:
        return [self._frames.popleft() for _ in range(min(len(self._frames), _MOST_BATCH))]

    def _tell_waiting(self) -> None:
        """Tells what waits for the reader, and what was dropped."""
        if not self._parts.settings.stepped:
            self._parts.effort.waiting(self._track, len(self._frames) * FRAME_S)
        now_s = self._parts.clock.now_s()
        if self._dropped == self._told_dropped or now_s - self._told_s < _TELL_AGAIN_S:
            return
        self._told_s, self._told_dropped = now_s, self._dropped
        text = f"Recognition is too slow: {self._dropped * FRAME_S:.1f} s of sound were dropped."
        self._parts.notify(Notice("sound_dropped", text, now_s))

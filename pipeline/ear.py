"""The ear for one track: frames in, utterances found, cut and handed to the recogniser."""

import asyncio
import logging
from collections import deque
from uuid import uuid4

from domain.audio import FRAME_S, Frame
from domain.events import Notice
from domain.ports import Vad
from pipeline.ear_parts import EarParts
from pipeline.live import LiveUtterance
from pipeline.utterances import Closed, Continued, Opened, Step, Utterances
from pipeline.windows import WINDOW_S, Window, Windows

log = logging.getLogger(__name__)

_BATCH_S = 0.096
_STALL_S = 0.3
_MOST_BATCH = 250
_CHANGE_BEFORE_S = 0.35
_CHANGE_AFTER_S = 0.25
_LEAST_PART_S = 0.2
_CUT_FROM = 0.7
"""Share of the longest utterance from which on a short pause is enough to cut."""
_CUT_MARGIN_S = 0.1
_PAUSE_LEVEL = 0.1
_TELL_AGAIN_S = 30.0


class Ear:
    """Hears one track until it ends; sound waits on a bounded queue, the oldest gives way."""

    def __init__(self, parts: EarParts, track: str) -> None:
        self._parts = parts
        self._track = track
        self._frames: deque[Frame] = deque()
        self._limit = round(parts.settings.queue_s / FRAME_S)
        self._news = asyncio.Event()
        self._ended = False
        self._turn = asyncio.Event()
        self._rested = asyncio.Event()
        self._taken = 0
        self._arrived_s = float("-inf")
        self._dropped = 0
        self._told_s = float("-inf")
        self._windows = Windows()
        self._utterances = Utterances(parts.settings)
        self._live: LiveUtterance | None = None

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

    def end(self) -> None:
        """No frame follows."""
        self._ended = True
        self._news.set()
        self._turn.set()

    async def step(self) -> None:
        """Where time is stepped: hears what was put, and returns when that is done."""
        self._rested.clear()
        self._turn.set()
        await self._rested.wait()

    async def run(self) -> None:
        """Returns when the track ended and its last words were passed on."""
        loop = asyncio.get_running_loop()
        vad = await loop.run_in_executor(self._parts.executor, self._parts.new_vad)
        try:
            while True:
                frames, stalled = await self._batch()
                windows = [w for frame in frames for w in self._windows.push(frame)]
                over = self._ended and not self._frames
                if stalled or over:
                    windows += self._windows.flush()
                await self._hear(vad, windows)
                if stalled or over:
                    await self._steps(self._utterances.close("end" if over else "gap"))
                if over:
                    return
        finally:
            if self._live:
                await self._live.aclose()

    async def _batch(self) -> tuple[list[Frame], bool]:
        """What arrived, and whether the track fell silent without saying so."""
        wait_s = self._parts.settings.end_silence_s + _STALL_S if self._utterances.open else None
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
        count = min(len(self._frames), _MOST_BATCH)
        self._tell_behind()
        return [self._frames.popleft() for _ in range(count)], stalled

    async def _given(self, wait_s: float | None) -> tuple[list[Frame], bool]:
        """The same where time is stepped: what was put before this turn."""
        if not self._turn.is_set():
            self._rested.set()
        await self._turn.wait()
        if not self._ended:
            self._turn.clear()
        count = min(len(self._frames), _MOST_BATCH)
        silent_s = self._parts.clock.now_s() - self._arrived_s
        stalled = not count and wait_s is not None and silent_s >= wait_s
        return [self._frames.popleft() for _ in range(count)], stalled

    def _tell_behind(self) -> None:
        waiting_s = len(self._frames) * FRAME_S
        now_s = self._parts.clock.now_s()
        if waiting_s < self._parts.settings.behind_s or now_s - self._told_s < _TELL_AGAIN_S:
            return
        self._told_s = now_s
        text = f"Recognition is {waiting_s:.1f} s behind the sound; words appear in larger steps."
        if self._dropped:
            text += f" {self._dropped * FRAME_S:.1f} s of sound were dropped."
        self._parts.notify(Notice("falling_behind", text, now_s))

    async def _hear(self, vad: Vad, windows: list[Window]) -> None:
        if not windows:
            return
        loop = asyncio.get_running_loop()
        chances = await loop.run_in_executor(self._parts.executor, _probabilities, vad, windows)
        for window, chance in zip(windows, chances, strict=True):
            await self._steps(self._utterances.step(window, chance))
        live = self._live
        if live and live.waiting_s >= self._parts.settings.update_s:
            await live.hear()
            await self._cut(live)

    async def _steps(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Opened():
                    self._live = LiveUtterance(
                        self._parts, self._new_id(), self._track, step.speech_s
                    )
                    for window in step.windows:
                        self._live.add(window, window.start_s >= step.speech_s - WINDOW_S / 2)
                case Continued():
                    if self._live:
                        self._live.add(step.window, step.speech)
                case Closed():
                    await self._close()

    async def _close(self) -> None:
        """Finishes the open utterance, after whatever change of speaker lies within it."""
        while self._live and await self._change(self._live):
            pass
        live, self._live = self._live, None
        if live:
            try:
                await live.finish()
            finally:
                await live.aclose()

    async def _cut(self, live: LiveUtterance) -> None:
        while self._live and await self._change(self._live):
            pass
        if self._live:
            at_s = self._due(self._live)
            if at_s is not None:
                await self._split(self._live, at_s, "")

    def _due(self, live: LiveUtterance) -> float | None:
        """Where a long utterance is to be cut: at a short pause if one comes, by force at last."""
        longest_s = self._parts.settings.max_utterance_s
        sound = live.sound
        length_s = sound.end_s - live.speech_s
        if length_s < longest_s * _CUT_FROM:
            return None
        from_s = max(live.stable_end_s, live.speech_s + _LEAST_PART_S)
        at_s = sound.quietest(from_s, sound.end_s - _CUT_MARGIN_S)
        pause = sound.level(at_s) < _PAUSE_LEVEL * sound.rms()
        return at_s if pause or length_s >= longest_s else None

    async def _change(self, live: LiveUtterance) -> bool:
        """Splits the utterance where another speaker took over, if one did."""
        end_s = live.sound.end_s
        change = self._parts.attribution.change(
            self._track, live.speech_s + WINDOW_S, live.speech_end_s
        )
        if change is None or not change.confirmed:
            return False
        at_s = live.sound.quietest(
            max(live.speech_s, change.at_s - _CHANGE_BEFORE_S),
            min(end_s, change.at_s + _CHANGE_AFTER_S),
        )
        if at_s - live.speech_s < _LEAST_PART_S:
            live.speech_s = max(live.speech_s, change.at_s)
            live.owner = change.after
            return True
        live.owner = change.before
        await self._split(live, at_s, change.after, change.at_s)
        return True

    async def _split(
        self, live: LiveUtterance, at_s: float, owner: str, changed_s: float = 0.0
    ) -> None:
        try:
            cut_s = await live.finish(at_s)
        finally:
            await live.aclose()
        self._live = live.successor(cut_s, self._new_id(), owner)
        self._live.speech_s = max(cut_s, changed_s)

    def _new_id(self) -> str:
        self._taken += 1
        if self._parts.settings.stepped:
            return f"{self._track}-{self._taken}"
        return f"{self._track}-{uuid4().hex[:12]}"


def _probabilities(vad: Vad, windows: list[Window]) -> list[float]:
    return [vad.probability(window.pcm) for window in windows]

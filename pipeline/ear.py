"""The ear for one track: frames in, utterances found, cut and handed to the recogniser."""

import logging
from uuid import uuid4

from domain.audio import Frame
from domain.events import Notice
from pipeline.arrivals import Arrivals
from pipeline.ear_parts import EarParts
from pipeline.live import LiveUtterance
from pipeline.speech_finder import SpeechFinder
from pipeline.utterances import Closed, Continued, Opened, Step, Utterances
from pipeline.windows import WINDOW_S, Window, Windows

log = logging.getLogger(__name__)

_CHANGE_BEFORE_S = 0.35
_CHANGE_AFTER_S = 0.25
_LEAST_PART_S = 0.2
_CUT_FROM = 0.7
"""Share of the longest utterance from which on a short pause is enough to cut."""
_CUT_AT_LEAST = 0.5
"""Share of the longest utterance before which it is not cut."""
_CUT_MARGIN_S = 0.1
_PAUSE_LEVEL = 0.1
_CUT_WIDTH_S = 0.2
_BORDER_REACH_S = 0.25
_CONTEXT_CHARACTERS = 200


class Ear:
    """Hears one track until it ends; sound waits on a bounded queue, the oldest gives way."""

    def __init__(self, parts: EarParts, track: str) -> None:
        self._parts = parts
        self._track = track
        self._arrivals = Arrivals(parts, track)
        self._taken = 0
        self._context = ""
        self._windows = Windows()
        self._utterances = Utterances(parts.settings)
        self._live: LiveUtterance | None = None
        self._finder = SpeechFinder(parts.vad_thread, parts.new_vad, parts.clock, parts.notify)
        self._faults = 0

    def put(self, frame: Frame) -> None:
        """Takes a frame; never waits."""
        self._arrivals.put(frame)

    def end(self) -> None:
        """No frame follows."""
        self._arrivals.end()

    async def step(self) -> None:
        """Where time is stepped: hears what was put, and returns when that is done."""
        await self._arrivals.step()

    async def run(self) -> None:
        """Returns when the track ended and its last words were passed on."""
        try:
            while True:
                frames, stalled = await self._arrivals.batch(speaking=self._utterances.open)
                windows = [w for frame in frames for w in self._windows.push(frame)]
                over = self._arrivals.over
                if stalled or over:
                    windows += self._windows.flush()
                try:
                    await self._hear(windows)
                    if stalled or over:
                        await self._steps(self._utterances.close("end" if over else "gap"))
                except Exception as error:
                    await self._recover(error)
                if over:
                    return
        finally:
            if self._live:
                await self._live.aclose()

    async def _recover(self, error: Exception) -> None:
        """Gives the utterance up in which a fault arose, and tells the first."""
        self._faults += 1
        if self._faults == 1:
            log.error("Hearing a track failed: %s", type(error).__name__)
            log.debug("The fault", exc_info=error)
            text = "Hearing failed on a track; words of it may be missing. It goes on."
            self._parts.notify(Notice("hearing_failed", text, self._parts.clock.now_s()))
        self._utterances = Utterances(self._parts.settings)
        live, self._live = self._live, None
        try:
            if live:
                await live.give_up()
        except Exception as another:
            log.debug("An utterance could not be ended: %s", type(another).__name__)

    async def _hear(self, windows: list[Window]) -> None:
        if not windows:
            return
        chances = await self._finder.chances(windows)
        for window, chance in zip(windows, chances, strict=True):
            await self._steps(self._utterances.step(window, chance))
        live = self._live
        if live and live.waiting_s >= self._parts.settings.update_s:
            if live.waiting_s >= self._parts.effort.step_s(self._parts.settings.update_s):
                await live.hear()
            await self._cut(live)

    async def _steps(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Opened():
                    self._live = LiveUtterance(
                        self._parts, self._new_id(), self._track, step.speech_s
                    )
                    self._live.follows(self._context)
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
        if live := self._live:
            try:
                await live.finish()
                self._remember(live)
            finally:
                await live.aclose()
            self._live = None

    async def _cut(self, live: LiveUtterance) -> None:
        while self._live and await self._change(self._live):
            pass
        while self._live and await self._change_source(self._live):
            pass
        longest_s = self._parts.settings.max_utterance_s
        while self._live and (at_s := _due(self._live, longest_s)) is not None:
            await self._split(self._live, at_s, "")

    async def _change_source(self, live: LiveUtterance) -> bool:
        """Splits the utterance where words go over to captions or come back, if they do."""
        end_s = live.sound.end_s - _BORDER_REACH_S
        border_s = self._parts.effort.border(live.speech_s + _LEAST_PART_S, end_s)
        if border_s is None:
            return False
        from_s = max(border_s - _BORDER_REACH_S, live.stable_end_s, live.speech_s + _LEAST_PART_S)
        at_s = live.sound.quietest(from_s, max(border_s, from_s) + _BORDER_REACH_S)
        await self._split(live, at_s, "", border_s)
        return True

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
            self._remember(live)
        finally:
            await live.aclose()
        self._live = live.successor(cut_s, self._new_id(), owner)
        self._live.follows(self._context)
        self._live.speech_s = max(cut_s, changed_s)

    def _remember(self, live: LiveUtterance) -> None:
        """What the next utterance of the track is told was said before."""
        if live.said:
            self._context = f"{self._context} {live.said}".strip()[-_CONTEXT_CHARACTERS:]

    def _new_id(self) -> str:
        self._taken += 1
        if self._parts.settings.stepped:
            return f"{self._track}-{self._taken}"
        return f"{self._track}-{uuid4().hex[:12]}"


def _due(live: LiveUtterance, longest_s: float) -> float | None:
    """Where a long utterance is to be cut: at a short pause if one comes, by force at last."""
    sound = live.sound
    length_s = sound.end_s - live.speech_s
    if length_s < longest_s * _CUT_FROM:
        return None
    from_s = max(live.stable_end_s, live.speech_s + longest_s * _CUT_AT_LEAST)
    to_s = min(sound.end_s - _CUT_MARGIN_S, live.speech_s + longest_s)
    at_s = sound.quietest(from_s, max(from_s, to_s), _CUT_WIDTH_S)
    pause = sound.level(at_s) < _PAUSE_LEVEL * sound.rms()
    return at_s if pause or length_s >= longest_s else None

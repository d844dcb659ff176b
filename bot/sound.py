"""All tracks of a meeting: blocks in, frames out, losses counted."""

import logging
import math
from dataclasses import replace
from typing import Any

from bot.outbox import Outbox
from bot.protocol import AudioBlock, ProtocolError
from bot.resample import RATES
from bot.track import Track
from domain.audio import FRAME_SAMPLES, MIX, Frame, Gap, Level
from domain.events import Notice, StageTimed

log = logging.getLogger(__name__)

SPEECH_RMS = 0.004
_BOX_FRAMES = 4500
"""Three tracks for 30 s."""
_TIMED_EVERY = 100


class Sound:
    """Frames of every track in order of arrival."""

    def __init__(self, events: Outbox[Level | Gap | Notice | StageTimed]) -> None:
        self.frames: Outbox[Frame] = Outbox("frames", _BOX_FRAMES)
        self.path = "none"
        """receivers or mix, once one of them sounds."""
        self.blocks = 0
        self.ignored = 0
        """Blocks that are not as their track was declared, or of a track that never was."""
        self._events = events
        self._declared: dict[int, tuple[str, int]] = {}
        self._tracks: dict[int, Track] = {}
        self._missed: dict[str, Gap] = {}

    def reset(self) -> None:
        """A new page: tracks are declared anew."""
        self._declared.clear()
        self._tracks.clear()

    def name(self, index: int) -> str:
        """A track's name."""
        return self._declared.get(index, (f"receiver-{index}", 0))[0]

    def declare(self, message: dict[str, Any]) -> None:
        """The page tells of a track before its first block, and again after a reconnect.

        A track at an unknown rate is not heard. Raises ProtocolError.
        """
        index, rate, kind = message.get("index"), message.get("rate"), message.get("kind")
        known = kind in ("receiver", "mix")
        if not isinstance(index, int) or not isinstance(rate, int) or not known:
            raise ProtocolError(f"a track of kind {kind} at {rate} Hz")
        if rate not in RATES:
            self._declared.pop(index, None)
            self._tracks.pop(index, None)
            return
        name = f"receiver-{index}"
        if kind == "mix":
            others = [n for i, (n, _) in self._declared.items() if n.startswith(MIX) and i != index]
            name = f"{MIX}-{index}" if MIX in others else MIX
        if self._declared.get(index) == (name, rate):
            return
        self._declared[index] = (name, rate)
        self._tracks.pop(index, None)

    def feed(self, block: AudioBlock, arrived_s: float, now_s: float) -> float | None:
        """A block; the meeting second of speech in it, if it holds any."""
        track = self._track(block)
        if track is None:
            return None
        self.blocks += 1
        if self.blocks % _TIMED_EVERY == 0:
            self._events.put(StageTimed("capture", max(0.0, now_s - arrived_s), arrived_s))
        heard_s = None
        for item in track.feed(block, arrived_s):
            if isinstance(item, Frame):
                if item.start_s >= 0:
                    self._pass(item)
            else:
                self._events.put(item)
                if isinstance(item, Level) and item.rms > SPEECH_RMS:
                    heard_s = item.at_s
        return heard_s

    def tick(self) -> None:
        """Tells of the frames that a slow reader missed."""
        for gap in self._missed.values():
            self._events.put(gap)
        self._missed.clear()

    def _track(self, block: AudioBlock) -> Track | None:
        declared = self._declared.get(block.track)
        if declared is None or declared[1] != block.rate:
            if self.ignored == 0:
                log.warning("a block at %d Hz is ignored, declared was %s", block.rate, declared)
            self.ignored += 1
            return None
        track = self._tracks.get(block.track)
        if track is None:
            track = self._tracks[block.track] = Track(*declared)
        return track

    def _pass(self, frame: Frame) -> None:
        lost = self.frames.put(frame)
        if lost is None:
            return
        gap = self._missed.get(lost.track)
        if gap is None or not math.isclose(gap.end_s, lost.start_s, abs_tol=0.05):
            if gap is not None:
                self._events.put(gap)
            gap = Gap(lost.track, lost.start_s, lost.start_s, 0, "falling_behind")
        self._missed[lost.track] = replace(
            gap, end_s=lost.end_s, samples=gap.samples + FRAME_SAMPLES
        )

"""All tracks of a meeting: blocks in, frames out, losses counted."""

import logging
import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.gate import Gate
from bot.outbox import Outbox
from bot.paths import MIXED, RECEIVERS, SINK
from bot.protocol import AudioBlock, ProtocolError
from bot.pulse import RATE
from bot.resample import RATES
from bot.soundwatch import SoundEvent, SoundWatch
from bot.track import Track
from domain.audio import FRAME_SAMPLES, MIX, Frame, Gap, Level
from domain.events import StageTimed

log = logging.getLogger(__name__)

SPEECH_RMS = 0.004
_BOX_FRAMES = 4500
"""Three tracks for 30 s."""
_TIMED_EVERY = 100


class Sound:
    """Frames of the path that carries, in order of arrival."""

    def __init__(self, events: Outbox[SoundEvent]) -> None:
        self.frames: Outbox[Frame] = Outbox("frames", _BOX_FRAMES)
        self.blocks = 0
        self.ignored = 0
        """Blocks of a track that was never declared."""
        self.reader = ""
        """How the page reads its tracks: processor or worklet."""
        self.gate = Gate(self._pass, events.put)
        self.watch = SoundWatch(self.gate, events)
        self._events = events
        self._declared: dict[int, tuple[str, int]] = {}
        self._tracks: dict[int, Track] = {}
        self._sink = Track(MIX, RATE)
        self._missed: dict[str, Gap] = {}

    @property
    def path(self) -> str:
        """receivers, mix or sink, once one of them sounds; none before."""
        return self.watch.paths.path

    def reset(self) -> None:
        """A new page: tracks are declared anew."""
        if self._tracks:
            self.gate.cause = "page_reloaded"
        self._declared.clear()
        self._tracks.clear()
        self.watch.tracks.forget()

    def away(self) -> None:
        """The page is gone for a while; what is lost until it sounds again, somebody else tells."""
        self.watch.away()
        self.gate.forget()

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
        self.reader = str(message.get("reader", ""))
        if rate not in RATES:
            self.end(index)
            return
        name = f"receiver-{index}"
        if kind == "mix":
            others = [n for i, (n, _) in self._declared.items() if n.startswith(MIX) and i != index]
            name = f"{MIX}-{index}" if MIX in others else MIX
        if self._declared.get(index) == (name, rate):
            return
        self._declared[index] = (name, rate)
        self._tracks.pop(index, None)

    def end(self, index: object) -> None:
        """A track is over."""
        if isinstance(index, int) and index in self._declared:
            self.watch.tracks.over(self._declared.pop(index)[0])
            self._tracks.pop(index, None)

    def feed(self, block: AudioBlock, arrived_s: float, now_s: float) -> float | None:
        """A block of the page; the meeting second of speech in it, if it holds any.

        Raises ProtocolError for a block at another rate than was declared.
        """
        track = self._track(block)
        if track is None:
            return None
        self.blocks += 1
        if self.blocks % _TIMED_EVERY == 0:
            self._events.put(StageTimed("capture", max(0.0, now_s - arrived_s), arrived_s))
        path = RECEIVERS if track.name.startswith("receiver-") else MIXED
        return self._take(path, track.feed(block, arrived_s))

    def feed_sink(self, block: AudioBlock, played_s: float) -> float | None:
        """A block of the sink, whose last sample was played at a meeting second; as `feed`."""
        return self._take(SINK, self._sink.feed(block, played_s))

    def tick(self, now_s: float, page_s: float) -> None:
        """Looks after the paths, and tells of the frames that a slow reader missed."""
        self.watch.look(now_s, page_s)
        for gap in self._missed.values():
            self._events.put(gap)
        self._missed.clear()

    def _take(self, path: str, items: Iterable[Frame | Gap | Level]) -> float | None:
        heard_s = None
        for item in items:
            if isinstance(item, Frame):
                if item.start_s >= 0:
                    self.gate.take(path, item)
            elif isinstance(item, Level):
                if self.watch.level(path, item):
                    self._events.put(item)
                    heard_s = item.at_s if item.rms > SPEECH_RMS else heard_s
            elif path == self.gate.carrying:
                self._events.put(item)
                self.gate.forget()
        return heard_s

    def _track(self, block: AudioBlock) -> Track | None:
        declared = self._declared.get(block.track)
        if declared is None:
            if self.ignored == 0:
                log.warning("a block of a track that was not declared is ignored")
            self.ignored += 1
            return None
        if declared[1] != block.rate:
            raise ProtocolError(f"a block at {block.rate} Hz of a track at {declared[1]} Hz")
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

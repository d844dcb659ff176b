"""Sound that a page gives, as frames and hints of a meeting."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from domain.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE, Frame, Gap
from domain.clock import Clock
from domain.events import Event
from domain.hints import Hint, LoudnessHint, RosterHint
from domain.people import Participant

log = logging.getLogger(__name__)

T = TypeVar("T")

NAMES = {"microphone": "Microphone", "tab": "Shared tab"}
WAITING_S = 60.0
"""Sound that may wait; beyond it the oldest is dropped."""
HINTS = 100
"""Hints that may wait; beyond it the oldest is dropped."""
JUMP_S = 0.25
"""Sound that comes so much later than it should has a gap before it."""
SLEW_S = 0.005
"""Sound that is placed too late comes back by so much with each block."""


@dataclass(slots=True)
class _Track:
    offset_s: float = 0.0
    next_s: float = -1.0
    rest: bytearray = field(default_factory=bytearray)


class BrowserSound:
    """Takes blocks of sound, gives frames. Each source is a track and a participant.

    A block is placed by the page's clock, which is tied to ours by the quickest block so far.
    Overflow (`dropped`): the oldest frame is dropped, counted, logged once and told as a gap.
    """

    def __init__(self, clock: Clock, publish: Callable[[Event], None]) -> None:
        self.dropped = 0
        self._clock = clock
        self._publish = publish
        self._tracks: dict[str, _Track] = {}
        self._people: dict[str, Participant] = {}
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(round(WAITING_S / FRAME_S))
        self._hints: asyncio.Queue[Hint | None] = asyncio.Queue(HINTS)
        self.heard = asyncio.Event()
        """Set once there is sound."""

    def came(self, source: str, here: bool) -> None:
        """A source is given, or no more."""
        now_s = self._clock.now_s()
        known = self._people.get(source)
        joined_s = known.joined_s if known else now_s
        left_s = None if here else now_s
        name = NAMES.get(source, source)
        self._people[source] = Participant(source, name, joined_s=joined_s, left_s=left_s)
        self._tracks.pop(source, None)
        present = tuple(p for p in self._people.values() if p.left_s is None)
        self._tell(RosterHint(present, now_s))
        if here:
            self._tell(LoudnessHint(source, source, 1.0, now_s))

    def take(self, source: str, page_s: float, pcm: bytes) -> None:
        """A block of sound whose first sample was at `page_s` of the page's clock."""
        now_s = self._clock.now_s()
        length_s = len(pcm) / 2 / SAMPLE_RATE
        track = self._tracks.get(source)
        offset_s = now_s - length_s - page_s
        if track is None:
            track = self._tracks[source] = _Track(offset_s)
        track.offset_s = min(track.offset_s, offset_s)
        start_s = page_s + track.offset_s - len(track.rest) / 2 / SAMPLE_RATE
        if start_s - track.next_s > JUMP_S or track.next_s < 0:
            track.rest.clear()
            track.next_s = max(page_s + track.offset_s, 0.0)
        elif track.next_s - start_s > SLEW_S:
            track.next_s -= SLEW_S
        track.rest += pcm
        while len(track.rest) >= FRAME_SAMPLES * 2:
            self._put(Frame(source, track.next_s, bytes(track.rest[: FRAME_SAMPLES * 2])))
            del track.rest[: FRAME_SAMPLES * 2]
            track.next_s += FRAME_S
        self.heard.set()

    def stop(self) -> None:
        """No sound follows."""
        _push(self._frames, None)
        _push(self._hints, None)

    async def frames(self) -> AsyncIterator[Frame]:
        """The sound until `stop`."""
        while (frame := await self._frames.get()) is not None:
            yield frame

    async def hints(self) -> AsyncIterator[Hint]:
        """Who gives sound."""
        while (hint := await self._hints.get()) is not None:
            yield hint

    def _put(self, frame: Frame) -> None:
        lost = _push(self._frames, frame)
        if lost is None:
            return
        self.dropped += 1
        if self.dropped == 1:
            log.warning("the pipeline is too slow: sound of the page is dropped")
        self._publish(Gap(lost.track, lost.start_s, lost.end_s, FRAME_SAMPLES, "overflow"))

    def _tell(self, hint: Hint) -> None:
        _push(self._hints, hint)


def _push(queue: "asyncio.Queue[T]", item: T) -> T | None:
    """Puts an item, and gives back the oldest one if it had to give way."""
    lost = queue.get_nowait() if queue.full() else None
    queue.put_nowait(item)
    return lost

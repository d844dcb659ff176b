"""Sound on its way to the diarizer, beside the words and never in their way."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from domain.audio import FRAME_S, MIX, Frame
from domain.clock import Clock
from domain.errors import DragomanError
from domain.events import Event, Notice
from domain.ports import DiarizationStream, Diarizer
from domain.speakers import Turn
from pipeline.attribution import Attribution
from pipeline.hearing import HearingSettings

log = logging.getLogger(__name__)

_PIECE_S = 0.5
_LONGEST_PIECE_S = 5.0
_JITTER_S = 0.1
_QUEUE_S = 30.0
_FAREWELL_S = 10.0
_SOURCE_WAIT_S = 3.0


class VoiceEars:
    """Every stream's sound to one diarizer; without one, or once it failed, nothing happens."""

    def __init__(
        self,
        settings: HearingSettings,
        clock: Clock,
        diarizer: Diarizer | None,
        attribution: Attribution,
        notify: Callable[[Event], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._diarizer = diarizer
        self._attribution = attribution
        self._notify = notify
        self._ears: dict[str, VoiceEar] = {}
        self._first_s: dict[str, float] = {}

    def put(self, frame: Frame, group: asyncio.TaskGroup) -> None:
        """Takes a frame of any track; never waits."""
        if self._diarizer is None:
            return
        stream = self._attribution.stream(frame.track, frame.start_s)
        if not self._wanted(stream, frame):
            return
        ear = self._ears.get(stream)
        if ear is None:
            ear = VoiceEar(self._settings, stream, self._take)
            self._ears[stream] = ear
            group.create_task(ear.run(self._diarizer, self._failed), name=f"voices {stream}")
        ear.put(frame)

    async def step(self) -> None:
        """Where time is stepped: returns when all sound taken so far is heard."""
        for ear in list(self._ears.values()):
            await ear.step()

    def end(self) -> None:
        """No frame follows."""
        for ear in self._ears.values():
            ear.end()

    def _wanted(self, stream: str, frame: Frame) -> bool:
        """The mix always; a participant's sound where rooms are told apart; a track of which
        Meet does not say whom it carries, after some time to say so."""
        if stream == MIX:
            return True
        if stream != frame.track:
            return self._settings.rooms
        first_s = self._first_s.setdefault(frame.track, frame.start_s)
        return frame.start_s - first_s >= _SOURCE_WAIT_S

    def _take(self, stream: str, turns: Sequence[Turn]) -> None:
        self._attribution.voices.take(stream, turns)

    def _failed(self, error: Exception) -> None:
        if self._diarizer is None:
            return
        self._diarizer = None
        self._attribution.voices.over = True
        for ear in self._ears.values():
            ear.give_up()
        log.warning("The diarizer failed: %s", type(error).__name__)
        told = str(error) if isinstance(error, DragomanError) else "The diarizer broke."
        text = f"{told} Voices are not told apart from now on."
        self._notify(Notice("diarizer_failed", text, self._clock.now_s()))


class VoiceEar:
    """One stream; sound waits on a bounded queue, the oldest gives way, counted in `dropped`."""

    def __init__(
        self,
        settings: HearingSettings,
        stream: str,
        take: Callable[[str, Sequence[Turn]], None],
    ) -> None:
        self.dropped = 0
        self._settings = settings
        self._stream = stream
        self._take = take
        self._frames: deque[Frame] = deque()
        self._news = asyncio.Event()
        self._rested = asyncio.Event()
        self._ended = False
        self._done = False
        self._limit: asyncio.Timeout | None = None

    def put(self, frame: Frame) -> None:
        """Takes a frame; never waits."""
        if self._done:
            return
        if len(self._frames) >= _QUEUE_S / FRAME_S:
            self._frames.popleft()
            self.dropped += 1
            if self.dropped == 1:
                log.warning("The diarizer is too slow: sound of a stream is dropped")
        self._frames.append(frame)
        if not self._settings.stepped and len(self._frames) >= _PIECE_S / FRAME_S:
            self._news.set()

    def end(self) -> None:
        """No frame follows; the diarizer gets a last while to finish."""
        self._ended = True
        self._news.set()
        if self._limit is not None and not self._done:
            self._limit.reschedule(asyncio.get_running_loop().time() + _FAREWELL_S)

    def give_up(self) -> None:
        """Ends without the rest."""
        self._done = True
        self._frames.clear()
        self._news.set()

    async def step(self) -> None:
        """Where time is stepped: hears what was put, and returns when that is done."""
        if not self._done:
            self._rested.clear()
            self._news.set()
            await self._rested.wait()

    async def run(self, diarizer: Diarizer, failed: Callable[[Exception], None]) -> None:
        """Returns when the sound ended and its last turns are known, or the diarizer failed."""
        try:
            async with asyncio.timeout(None) as self._limit:
                if self._ended:
                    self.end()
                stream = await diarizer.open(self._stream, self._settings.voices)
                try:
                    await self._follow(stream)
                finally:
                    await stream.aclose()
        except Exception as error:
            failed(error)
        finally:
            self._done = True
            self._rested.set()

    async def _follow(self, stream: DiarizationStream) -> None:
        while not self._done:
            if not self._news.is_set():
                self._rested.set()
            await self._news.wait()
            if not self._ended:
                self._news.clear()
            while piece := self._piece():
                pcm = b"".join(frame.pcm for frame in piece)
                self._take(self._stream, await stream.feed(pcm, piece[0].start_s))
            if self._ended and not self._done:
                self._take(self._stream, await stream.finish())
                return

    def _piece(self) -> list[Frame]:
        """Sound without a gap; less than a piece waits for more, unless a gap or the end came."""
        piece: list[Frame] = []
        for frame in self._frames:
            gap = bool(piece) and abs(frame.start_s - piece[-1].end_s) > _JITTER_S
            if gap or len(piece) >= _LONGEST_PIECE_S / FRAME_S:
                break
            piece.append(frame)
        whole = len(piece) < len(self._frames) or self._ended
        if not whole and len(piece) < _PIECE_S / FRAME_S:
            return []
        for _ in piece:
            self._frames.popleft()
        return piece

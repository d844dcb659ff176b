"""Sound through the Listener as in a meeting, with the time at which every update came.

Two ways: in real time; or by a clock that stands still until the sound has gone on. Then an
update's time is the sound's plus what computing adds: each tenth of a second of sound is heard
when it has come and when all earlier sound was heard, and takes as many seconds as processors
worked for it, in this process and those it started. So the figures are those of one free core,
however busy the machine is; waiting for anything else is not in them. Without /proc the wall
clock counts instead.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from domain.audio import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE, Frame
from domain.clock import Clock, MeetingClock
from domain.events import Event, Notice
from domain.hints import Hint
from domain.ports import RecognitionRequest, RecognitionStream, Recognizer
from domain.speech import Hypothesis, SpokenUpdate
from dragoman.transcribe.clock import StreamClock
from dragoman.transcribe.decode import SoundFile
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener

FRAME_BYTES = FRAME_SAMPLES * 2
_STEP_FRAMES = 5
_FAREWELL_S = 1.2
_TRACK = "sound"


@dataclass(slots=True)
class Heard:
    """What came of one sound."""

    updates: list[tuple[float, SpokenUpdate]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    sound_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def utterances(self) -> list[list[tuple[float, SpokenUpdate]]]:
        """The updates of each utterance up to the final one, by start."""
        found: dict[str, list[tuple[float, SpokenUpdate]]] = {}
        for at_s, update in self.updates:
            mine = found.setdefault(update.utterance_id, [])
            if not (mine and mine[-1][1].final):
                mine.append((at_s, update))
        whole = [each for each in found.values() if each[-1][1].final]
        return sorted(whole, key=lambda each: each[-1][1].start_s)

    def words(self) -> list[str]:
        """All final words."""
        return [word.text for each in self.utterances() for word in each[-1][1].words]

    def shown(self) -> int:
        """Words that were shown at any time, drafts included, by utterance."""
        return sum(max(len(u.words) for _, u in each) for each in self.utterances())

    def faults(self) -> list[str]:
        """What went wrong on the way, in words."""
        kinds = ("falling_behind", "sound_dropped", "engine_failed")
        return [e.text for e in self.events if isinstance(e, Notice) and e.kind in kinds]


class _Work:
    """Seconds that processors worked for this process and those it started."""

    def __init__(self) -> None:
        self._others: dict[str, float] = {}
        self._known = Path("/proc/self/schedstat").exists()

    def seconds(self) -> float:
        """Up to now."""
        if not self._known:
            return time.perf_counter()
        waiting = [str(os.getpid())]
        while waiting:
            parent = waiting.pop()
            children = self._read(f"/proc/{parent}/task/{parent}/children")
            for child in children:
                if worked := self._read(f"/proc/{child}/schedstat"):
                    self._others[child] = int(worked[0]) * 1e-9
            waiting += children
        return time.process_time() + sum(self._others.values())

    @staticmethod
    def _read(path: str) -> list[str]:
        try:
            return Path(path).read_text(encoding="ascii").split()
        except OSError:
            return []


class _ComputeClock(StreamClock):
    """Adds the time that computing takes to that of the sound."""

    def __init__(self) -> None:
        super().__init__()
        self._work = _Work()
        self._free_s = 0.0
        self._began = 0.0
        self._from_s = 0.0

    def begin(self) -> None:
        """Sound has come: it is heard once what came before is."""
        self._from_s = max(self.now_s(), self._free_s)
        self._began = self._work.seconds()

    def shown_s(self) -> float:
        """The moment at which an update that comes now would be seen."""
        return self._from_s + self._work.seconds() - self._began

    def end(self) -> None:
        """All that came is heard."""
        self._free_s = self.shown_s()


class WholeUtterances:
    """The same engine, which hears each utterance once, when it is over."""

    def __init__(self, engine: Recognizer) -> None:
        self._engine = engine
        self.info = engine.info

    async def open(self, request: RecognitionRequest) -> RecognitionStream:
        """Begins an utterance."""
        return _Whole(await self._engine.open(request))

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


class _Whole:
    def __init__(self, stream: RecognitionStream) -> None:
        self._stream = stream
        self._sound = bytearray()

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        self._sound += pcm
        return None

    async def finish(self) -> Hypothesis:
        await self._stream.feed(bytes(self._sound))
        return await self._stream.finish()

    async def aclose(self) -> None:
        await self._stream.aclose()


def decode(path: Path) -> bytes:
    """PCM16 mono 16 kHz of any sound file."""
    with SoundFile(path) as sound:
        return b"".join(piece.tobytes() for piece in sound.pieces())


async def listen(pcm: bytes, recognizer: Recognizer, *, realtime: bool = False) -> Heard:
    """Hears 16 kHz PCM16 as the one track of a meeting in English."""
    clock: Clock = MeetingClock.start() if realtime else _ComputeClock()
    heard = Heard(sound_s=len(pcm) / 2 / SAMPLE_RATE)

    async def emit(update: SpokenUpdate) -> None:
        at_s = clock.shown_s() if isinstance(clock, _ComputeClock) else clock.now_s()
        heard.updates.append((at_s, update))

    settings = HearingSettings(languages=("en",), engine=recognizer.info.name, stepped=not realtime)
    listener = Listener(
        settings, clock, recognizer=recognizer, emit=emit, notify=heard.events.append
    )
    over = asyncio.Event()
    began_s, began_cpu_s = time.monotonic(), _cpu_s()
    await listener.run(_frames(pcm, clock, listener, over), _hints(over))
    heard.wall_s, heard.cpu_s = time.monotonic() - began_s, _cpu_s() - began_cpu_s
    return heard


async def _frames(
    pcm: bytes, clock: Clock, listener: Listener, over: asyncio.Event
) -> AsyncIterator[Frame]:
    count = (len(pcm) + FRAME_BYTES - 1) // FRAME_BYTES
    padded = pcm.ljust(count * FRAME_BYTES, b"\0")
    for index in range(count + round(_FAREWELL_S / FRAME_S)):
        piece = padded[index * FRAME_BYTES : (index + 1) * FRAME_BYTES] or bytes(FRAME_BYTES)
        end_s = (index + 1) * FRAME_S
        if not isinstance(clock, _ComputeClock):
            await asyncio.sleep(max(0.0, end_s - clock.now_s()))
            yield Frame(_TRACK, index * FRAME_S, piece)
            continue
        clock.advance_to(end_s)
        yield Frame(_TRACK, index * FRAME_S, piece)
        if index % _STEP_FRAMES == _STEP_FRAMES - 1:
            clock.begin()
            await listener.step()
            clock.end()
    if isinstance(clock, _ComputeClock):
        clock.begin()
    over.set()


async def _hints(over: asyncio.Event) -> AsyncIterator[Hint]:
    await over.wait()
    return
    yield


def _cpu_s() -> float:
    """Processor seconds of this process and those it started that still run."""
    me = psutil.Process()
    processes = (me, *me.children(recursive=True))
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))

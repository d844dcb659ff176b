"""pyannote.audio: a rolling window while a track is heard, its whole pipeline afterwards."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.errors import DragomanError, UsageError
from domain.ports import DiarizationStream
from domain.speakers import Turn, Voiceprint
from pipeline.asr.one_thread import OneThread
from pipeline.diarization.enrol import LEAST_S, VoiceVector, checked
from pipeline.diarization.names import of_model, recognised
from pipeline.diarization.pyannote_folder import (
    COMMUNITY,
    find_folder,
    need_package,
    vector_name,
)
from pipeline.diarization.pyannote_models import PyannoteModels
from pipeline.diarization.rolling import Rolling
from pipeline.diarization.spectra import Floats, samples_of
from pipeline.diarization.turns import changes
from pipeline.diarization.vectors import Rules

T = TypeVar("T")

RULES = Rules(assign=0.6, update=0.45, split=0.6, new_s=1.0, recognise=0.65)

_LOAD_TIMEOUT_S = 600.0
_STEP_TIMEOUT_S = 120.0
_WHOLE_TIMEOUT_S = 6 * 3600.0
_MOST_WAITING = 64
_JUMP_S = 0.1
_OTHERS = 0.2
"""An enrolment may hold this share of other voices."""


@dataclass(frozen=True, slots=True)
class PyannoteSettings:
    """Which pipeline, and how often it hears."""

    model: str = COMMUNITY
    """A folder, or a name on the model hub."""
    token: str = ""
    allow_download: bool = False
    device: str = "auto"
    step_s: float = 2.0
    """New sound per window; each costs one pass of both networks."""
    latency_s: float = 0.5
    """The end of a window, which it hears least well, waits for the next one."""
    most_voices: int = 20
    recognise: float = RULES.recognise
    """Least likeness for a name."""


class Pyannote:
    """The Diarizer port on a pyannote.audio pipeline, in one thread for all tracks."""

    info = EngineInfo("pyannote", needs=("pyannote.audio", "torch"))
    margin = RULES.margin

    def __init__(self, settings: PyannoteSettings | None = None) -> None:
        self.settings = settings or PyannoteSettings()
        self.least_likeness = self.settings.recognise
        self._rules = replace(RULES, recognise=self.least_likeness)
        self._thread: OneThread | None = None
        self._models: PyannoteModels | None = None

    async def health(self) -> Health:
        """Whether the package and the files are here. Loads neither."""
        try:
            folder = await self.run(self._folder)
        except DragomanError as error:
            return Health(False, error.message.rstrip("."), error.remedy)
        return Health(True, f"pyannote.audio with {folder}")

    async def model(self) -> str:
        """What makes the vectors. Raises MissingError, EngineError."""
        return await self.run(lambda: vector_name(self._folder()))

    async def open(self, track: str, voices: Sequence[Voiceprint] = ()) -> DiarizationStream:
        """Begins a track; the first one loads the networks. Raises EngineError, MissingError."""
        models = await self.run(self.models, _LOAD_TIMEOUT_S)
        rolling = Rolling(
            self._rules, of_model(voices, await self.model()), self.settings.most_voices
        )
        return PyannoteStream(self, models.length_s, rolling)

    async def whole(self, pcm: bytes, voices: Sequence[Voiceprint] = ()) -> Sequence[Turn]:
        """All turns of a recording, one speaker at a time."""
        people = of_model(voices, await self.model())
        if not pcm:
            return []
        await self.run(self.models, _LOAD_TIMEOUT_S)
        heard = await self.run(lambda: self.models().whole(samples_of(pcm)), _WHOLE_TIMEOUT_S)
        names = recognised(heard.voices, people, self._rules)
        return [replace(turn, name=names.get(turn.label, "")) for turn in heard.turns]

    async def embed(self, pcm: bytes) -> VoiceVector:
        """One speaker's recording as a vector. Raises UsageError where it holds too little
        speech or several voices."""
        if len(pcm) / 2 / SAMPLE_RATE < LEAST_S:
            return checked([], [], len(pcm) / 2 / SAMPLE_RATE)
        await self.run(self.models, _LOAD_TIMEOUT_S)
        heard = await self.run(lambda: self.models().whole(samples_of(pcm)), _WHOLE_TIMEOUT_S)
        by_speech = sorted(heard.voices.values(), key=lambda voice: -voice[1])
        total_s = sum(seconds for _, seconds in by_speech)
        if by_speech and total_s - by_speech[0][1] > _OTHERS * total_s:
            raise UsageError(
                f"{len(by_speech)} voices speak in this recording.",
                "Give one in which only this person speaks.",
            )
        best = by_speech[:1]
        return checked([v for v, _ in best], [s for _, s in best], best[0][1] if best else 0.0)

    async def aclose(self) -> None:
        """Ends the thread and lets the networks go."""
        if self._thread:
            await self._thread.aclose()
        self._thread = None
        self._models = None

    async def run(self, work: Callable[[], T], timeout_s: float = _STEP_TIMEOUT_S) -> T:
        """Work in the diarizer's thread."""
        if self._thread is None:
            self._thread = OneThread("pyannote-diarizer", _MOST_WAITING, "diarizer")
        return await self._thread.run(work, timeout_s=timeout_s, urgent=True)

    def models(self) -> PyannoteModels:
        """The networks, loaded when they are first needed. In the thread."""
        if self._models is None:
            self._models = PyannoteModels(self._folder(), self.settings.device)
        return self._models

    def _folder(self) -> Path:
        need_package()
        settings = self.settings
        return find_folder(settings.model, settings.token, allow_download=settings.allow_download)


class PyannoteStream:
    """One track. `feed` waits until every full step has been heard."""

    def __init__(self, diarizer: Pyannote, length_s: float, rolling: Rolling) -> None:
        self._diarizer = diarizer
        self._length = round(length_s * SAMPLE_RATE)
        self._rolling = rolling
        self._sound: Floats = np.zeros(0, dtype=np.float32)
        self._end_s: float | None = None
        self._new = 0
        self._waiting: list[tuple[bytes, float]] = []
        self._given: list[Turn] = []
        self._lock = asyncio.Lock()

    async def feed(self, pcm: bytes, start_s: float) -> Sequence[Turn]:
        """Hears more sound that begins at `start_s`; turns that are new or have changed."""
        self._waiting.append((pcm, start_s))
        waiting = sum(len(sound) for sound, _ in self._waiting) // 2
        if self._new + waiting < self._diarizer.settings.step_s * SAMPLE_RATE:
            return ()
        return await self._hear(last=False)

    async def finish(self) -> Sequence[Turn]:
        """What is new or has changed by the end."""
        return await self._hear(last=True)

    async def aclose(self) -> None:
        """Forgets the window."""
        self._waiting.clear()

    async def _hear(self, *, last: bool) -> Sequence[Turn]:
        async with self._lock:
            sounds, self._waiting = self._waiting, []
            return await self._diarizer.run(lambda: self._step(sounds, last=last))

    def _step(self, sounds: Sequence[tuple[bytes, float]], *, last: bool) -> list[Turn]:
        for pcm, start_s in sounds:
            if self._end_s is not None and abs(start_s - self._end_s) > _JUMP_S:
                self._window(0.0)
                self._sound = self._sound[:0]
            self._append(pcm, start_s)
        if last or self._new >= self._diarizer.settings.step_s * SAMPLE_RATE:
            self._window(0.0 if last else self._diarizer.settings.latency_s)
        now = self._rolling.turns()
        news, self._given = changes(self._given, now), now
        return news

    def _append(self, pcm: bytes, start_s: float) -> None:
        """Adds sound; a window is heard before any of its new sound would fall out of it."""
        samples = samples_of(pcm)
        room = max(1, self._length // 2)
        for at in range(0, len(samples), room):
            part = samples[at : at + room]
            if self._new and self._new + len(part) > self._length:
                self._window(self._diarizer.settings.latency_s)
            self._sound = np.concatenate((self._sound, part))[-self._length :]
            self._new += len(part)
            self._end_s = start_s + (at + len(part)) / SAMPLE_RATE

    def _window(self, latency_s: float) -> None:
        if self._end_s is None or not len(self._sound):
            return
        start_s = self._end_s - len(self._sound) / SAMPLE_RATE
        window = self._diarizer.models().window(self._sound, start_s)
        self._rolling.take(window, self._end_s - latency_s)
        self._new = 0

"""The light diarizer: vectors of voiced pieces, grouped while they come. A processor is enough."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.errors import DragomanError
from domain.ports import DiarizationStream, Vad
from domain.speakers import Turn, Voiceprint
from pipeline.asr.one_thread import OneThread
from pipeline.diarization.cluster import centroids, group
from pipeline.diarization.enrol import VoiceVector, checked
from pipeline.diarization.mfcc import MfccVectors
from pipeline.diarization.names import of_model, recognised
from pipeline.diarization.onnx_vectors import OnnxVectors
from pipeline.diarization.pieces import PieceCutter
from pipeline.diarization.turns import changes
from pipeline.diarization.vectors import VectorModel
from pipeline.diarization.voices import Heard, Voices, joined
from pipeline.vad.energy import EnergyVad

T = TypeVar("T")

_STEP_BYTES = SAMPLE_RATE
"""Half a second is heard at a time."""
_STEP_TIMEOUT_S = 60.0
_WHOLE_TIMEOUT_S = 3600.0
_MOST_WAITING = 64


@dataclass(frozen=True, slots=True)
class LightSettings:
    """How the light diarizer hears."""

    model_path: Path | None = None
    """ONNX file of a speaker model; cepstra serve without one."""
    reconsider_s: float = 3.0
    """Between two looks back."""
    window_s: float = 120.0
    """How far it looks back."""
    most_voices: int = 20
    recognise: float = 0.0
    """Least likeness for a name; 0 is the model's own."""


class Light:
    """The Diarizer port on one thread for all tracks; the track's state is in its stream.

    `vad` makes a voice activity detector for a track; without it Silero, or the energy detector
    where Silero is not installed. `vectors` takes the place of what the settings name.
    """

    info = EngineInfo("light")

    def __init__(
        self,
        settings: LightSettings | None = None,
        vad: Callable[[], Vad] | None = None,
        vectors: VectorModel | None = None,
    ) -> None:
        self._settings = settings or LightSettings()
        self._vad = vad or _any_vad
        self._thread: OneThread | None = None
        self._vectors = vectors
        made = OnnxVectors if self._settings.model_path else MfccVectors
        rules = vectors.rules if vectors else made.rules
        own = self._settings.recognise or rules.recognise
        self._rules = replace(rules, recognise=own)
        self.least_likeness, self.margin = own, rules.margin

    async def health(self) -> Health:
        """Whether the speaker model can be read; without one it works everywhere."""
        try:
            name = await self.model()
        except DragomanError as error:
            return Health(False, error.message.rstrip("."), error.remedy)
        if self._settings.model_path is None:
            return Health(True, "cepstra, which tell apart only voices that differ clearly")
        return Health(True, f"speaker model {name}")

    async def model(self) -> str:
        """What makes the vectors. Raises MissingError, EngineError."""
        return (await self.run(self.vectors)).name

    async def open(self, track: str, voices: Sequence[Voiceprint] = ()) -> DiarizationStream:
        """Begins a track. Raises EngineError, MissingError."""
        vectors = await self.run(self.vectors)
        people = of_model(voices, vectors.name)
        settings = self._settings
        heard = Voices(self._rules, people, settings.window_s, settings.most_voices)
        return LightStream(self, PieceCutter(self._vad), heard, settings.reconsider_s)

    async def whole(self, pcm: bytes, voices: Sequence[Voiceprint] = ()) -> Sequence[Turn]:
        """All turns of a recording, the number of voices found by their distances."""
        return await self.run(lambda: self._whole(pcm, voices), _WHOLE_TIMEOUT_S)

    async def embed(self, pcm: bytes) -> VoiceVector:
        """One speaker's recording as a vector. Raises UsageError for too little speech."""
        return await self.run(lambda: self._embed(pcm), _WHOLE_TIMEOUT_S)

    async def aclose(self) -> None:
        """Ends the thread."""
        if self._thread:
            await self._thread.aclose()
        self._thread = None

    async def run(self, work: Callable[[], T], timeout_s: float = _STEP_TIMEOUT_S) -> T:
        """Work in the diarizer's thread."""
        if self._thread is None:
            self._thread = OneThread("light-diarizer", _MOST_WAITING, "diarizer")
        return await self._thread.run(work, timeout_s=timeout_s, urgent=True)

    def vectors(self) -> VectorModel:
        """The model, loaded when it is first needed. In the thread."""
        if self._vectors is None:
            path = self._settings.model_path
            self._vectors = OnnxVectors(path) if path else MfccVectors()
        return self._vectors

    def _heard(self, pcm: bytes) -> list[Heard]:
        cutter, vectors = PieceCutter(self._vad), self.vectors()
        pieces = [*cutter.feed(pcm, 0.0), *cutter.finish()]
        return [Heard(p.start_s, p.end_s, vectors.vector(p.samples), "", 1.0) for p in pieces]

    def _embed(self, pcm: bytes) -> VoiceVector:
        heard = self._heard(pcm)
        clear = [(h.vector, h.length_s) for h in heard if h.vector is not None]
        speech_s = sum(h.length_s for h in heard)
        return checked([v for v, _ in clear], [s for _, s in clear], speech_s)

    def _whole(self, pcm: bytes, people: Sequence[Voiceprint]) -> list[Turn]:
        model = self.vectors()
        pieces = self._heard(pcm)
        clear = [(h, h.vector) for h in pieces if h.vector is not None]
        vectors = [vector for _, vector in clear]
        seconds = [h.length_s for h, _ in clear]
        groups = group(vectors, seconds, self._rules)
        for (heard, _), number in zip(clear, groups, strict=True):
            heard.label = f"voice {number + 1}"
        voices = {
            f"voice {number + 1}": (
                centre,
                sum(s for s, g in zip(seconds, groups, strict=True) if g == number),
            )
            for number, centre in centroids(vectors, seconds, groups).items()
        }
        names = recognised(voices, of_model(people, model.name), self._rules)
        return joined(_followed(pieces), names)


class LightStream:
    """One track. `feed` waits until the thread has heard every full half second."""

    def __init__(
        self, diarizer: Light, cutter: PieceCutter, voices: Voices, reconsider_s: float
    ) -> None:
        self._diarizer = diarizer
        self._cutter = cutter
        self._voices = voices
        self._reconsider_s = reconsider_s
        self._waiting: list[tuple[bytes, float]] = []
        self._given: list[Turn] = []
        self._looked_s = 0.0
        self._lock = asyncio.Lock()

    async def feed(self, pcm: bytes, start_s: float) -> Sequence[Turn]:
        """Hears more sound that begins at `start_s`; turns that are new or have changed."""
        self._waiting.append((pcm, start_s))
        if sum(len(sound) for sound, _ in self._waiting) < _STEP_BYTES:
            return ()
        return await self._hear(last=False)

    async def finish(self) -> Sequence[Turn]:
        """What is new or has changed by the end."""
        return await self._hear(last=True)

    async def aclose(self) -> None:
        """Forgets what waits."""
        self._waiting.clear()

    async def _hear(self, *, last: bool) -> Sequence[Turn]:
        async with self._lock:
            sounds, self._waiting = self._waiting, []
            return await self._diarizer.run(lambda: self._step(sounds, last=last))

    def _step(self, sounds: Sequence[tuple[bytes, float]], *, last: bool) -> list[Turn]:
        vectors = self._diarizer.vectors()
        pieces = [piece for pcm, at_s in sounds for piece in self._cutter.feed(pcm, at_s)]
        pieces += self._cutter.finish() if last else []
        for piece in pieces:
            vector = vectors.vector(piece.samples)
            self._voices.add(Heard(piece.start_s, piece.end_s, vector))
        if not pieces and not last:
            return []
        heard_s = pieces[-1].end_s if pieces else self._looked_s
        if last or heard_s - self._looked_s >= self._reconsider_s:
            self._voices.reconsider()
            self._looked_s = heard_s
        now = self._voices.turns()
        news, self._given = changes(self._given, now), now
        return news


def _followed(pieces: Sequence[Heard]) -> list[Heard]:
    """Pieces too short for a vector go with the one before, the first ones with the next."""
    label = next((piece.label for piece in pieces if piece.label), "")
    for piece in pieces:
        piece.label = label = piece.label or label
    return [piece for piece in pieces if piece.label]


def _any_vad() -> Vad:
    if find_spec("faster_whisper") is None or find_spec("onnxruntime") is None:
        return EnergyVad()
    from pipeline.vad.silero import SileroVad

    return SileroVad()

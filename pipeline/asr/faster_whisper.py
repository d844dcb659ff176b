"""Whisper through CTranslate2: any of its languages, decoded in one thread beside the loop."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Protocol

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, MissingError
from domain.ports import RecognitionRequest
from pipeline.asr.belief import Belief
from pipeline.asr.decoded import Decoded, Piece
from pipeline.asr.language_unknown import LanguageUnknown
from pipeline.asr.model_thread import ModelThread
from pipeline.asr.one_thread import OneThread
from pipeline.asr.speed import ModelChooser, Pace, SpeedBook, speakers_expected
from pipeline.asr.whisper_files import BEST_ON_CPU, BEST_ON_GPU, Found, find, here, repository
from pipeline.asr.whisper_model import WhisperModel, WhisperWindow, device_of, fetch
from pipeline.asr.window_stream import WindowStream

_DETECT_S = 1.5
_MOST_THREADS = 4
_BATCH_ON_GPU = 8
_BYTES_PER_S = SAMPLE_RATE * 2


@dataclass(frozen=True, slots=True)
class FasterWhisperSettings:
    """Which model, where, and how it is used. Times are seconds."""

    model: str = ""
    """A size such as base or turbo, or a repository of the hub; empty: the best that is here."""
    path: str = ""
    """Folder of a converted model; wins over the name."""
    cache: str = ""
    """Folder of fetched models; empty: that of the hub's library."""
    device: str = "auto"
    compute_type: str = "auto"
    step_s: float | None = None
    """Least sound between two drafts; 0 decodes finished utterances only; None: what the machine
    keeps up with."""
    allow_download: bool = False
    languages: tuple[str, ...] = ()
    """What detection may choose from; empty means any."""
    threads: int = 0
    """Processor threads; 0 leaves one core to others, and takes four at most."""
    beam_size: int = 0
    """Of finished utterances; 0 takes 5 on a GPU and 1 elsewhere. Drafts are greedy."""
    short_window: bool = False
    """Does not fill windows up to 30 s: far faster, less exact with models not made for it."""
    batch: int = 0
    """Windows that go through the model together where they wait at the same moment; 0 takes 8
    on a GPU and 1 elsewhere."""
    speakers: int = 0
    """Expected to speak at once; 0 goes by the processor's cores."""
    measure_s: float = 12.0
    """No further model is loaded to be measured once this has passed."""
    decode_timeout_s: float = 30.0
    load_timeout_s: float = 120.0
    fetch_timeout_s: float = 1800.0


class Model(Protocol):
    """What the thread works with."""

    device: str
    compute_type: str
    multilingual: bool

    def knows(self, language: str) -> bool: ...

    def decode_many(self, windows: Sequence[WhisperWindow]) -> list[Decoded]: ...

    def window_s(self, short_window: bool = False) -> float: ...


@dataclass(frozen=True, slots=True)
class _Loaded:
    model: Model
    found: Found
    pace: Pace


class FasterWhisper:
    """The model is loaded when first needed, and again in a fresh thread where it hung.

    `load` makes the model from its folder, in the thread. `measured` is a file in which the
    speed of models on this machine is kept from one start to the next.
    """

    def __init__(
        self,
        settings: FasterWhisperSettings | None = None,
        *,
        load: Callable[[Path, FasterWhisperSettings], Model] | None = None,
        measured: Path | None = None,
    ) -> None:
        self.info = EngineInfo(
            name="faster-whisper",
            punctuated=True,
            needs=("Python package faster-whisper", "a Whisper model converted for CTranslate2"),
        )
        self._belief = Belief()
        self.refusals = self._belief.refusals
        self._settings = settings or FasterWhisperSettings()
        self._load_model = load or load_whisper
        self._measured = measured
        self._thread: ModelThread[_Loaded] = ModelThread("whisper", self._make)

    async def health(self) -> Health:
        """Whether the model is here and works; loads it, and fetches it if that is allowed."""
        if find_spec("faster_whisper") is None:
            return Health(False, "faster-whisper is not installed", "pip install faster-whisper")
        found = await asyncio.to_thread(self._find)
        if not found.whole and not self._may_fetch(found):
            return _not_here(found)
        try:
            loaded, _ = await self._ready()
        except EngineError as error:
            return Health(False, error.message, error.remedy)
        model, found, pace = loaded.model, loaded.found, loaded.pace
        if pace.step_s is None and not (self._settings.model or self._settings.path):
            remedy = "Choose a model by name to use it all the same, or set up a server."
            return Health(False, f"Whisper {found.name} is too slow here: {pace.reason}", remedy)
        return Health(
            True,
            f"Whisper {found.name}, {found.size_mb} MB in {found.folder}, {model.compute_type} "
            f"on {model.device}, {pace.reason}",
        )

    async def open(self, request: RecognitionRequest) -> WindowStream:
        """Begins an utterance. Raises EngineError, MissingError."""
        loaded, _ = await self._ready()
        if request.language and not loaded.model.knows(request.language):
            raise LanguageUnknown("The Whisper model", request.language)
        step_s = self._settings.step_s
        return WindowStream(self, request, loaded.pace.live_step_s if step_s is None else step_s)

    async def decode(self, piece: Piece) -> Decoded | None:
        """See `Decoder`."""
        loaded, thread = await self._ready()
        language = piece.language or self._only()
        if not language and len(piece.pcm) < _DETECT_S * _BYTES_PER_S:
            if not piece.final:
                return None
            language = self._belief.languages.get(piece.track, "")
        settings, on_gpu = self._settings, loaded.model.device == "cuda"
        window = WhisperWindow(
            piece.pcm,
            language=language,
            allowed=settings.languages,
            terms=piece.terms,
            context=self._belief.context(piece),
            beam_size=(settings.beam_size or (5 if on_gpu else 1)) if piece.final else 1,
            short_window=settings.short_window,
        )
        heard = await thread.share(
            window,
            loaded.model.decode_many,
            most=settings.batch or (_BATCH_ON_GPU if on_gpu else 1),
            timeout_s=settings.decode_timeout_s,
            urgent=piece.final,
        )
        return self._belief.judge(heard, piece)

    async def aclose(self) -> None:
        """Gives the model and its thread back."""
        await self._thread.aclose()

    async def __aenter__(self) -> "FasterWhisper":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _only(self) -> str:
        return self._settings.languages[0] if len(self._settings.languages) == 1 else ""

    def _cache(self) -> Path:
        own = self._settings.cache
        return Path(own or import_module("huggingface_hub.constants").HF_HUB_CACHE)

    def _find(self) -> Found:
        """The model that is asked for, or the best here that suits the device; blocks."""
        settings, cache = self._settings, self._cache()
        if settings.model or settings.path:
            return find(settings.model, settings.path, cache)
        anything = find("", "", cache, (*BEST_ON_CPU, *BEST_ON_GPU))
        if anything.folder is None and not settings.allow_download:
            return anything
        on_gpu = device_of(settings.device) == "cuda"
        preferred = BEST_ON_GPU if on_gpu else BEST_ON_CPU
        found = find("", "", cache, preferred)
        return found if found.name else replace(found, name=preferred[0])

    def _may_fetch(self, found: Found) -> bool:
        named = not self._settings.path and bool(repository(found.name))
        return self._settings.allow_download and named

    async def _ready(self) -> tuple[_Loaded, OneThread]:
        """The model and its thread. Raises EngineError, MissingError."""
        settings = self._settings
        timeout_s = settings.fetch_timeout_s if settings.allow_download else settings.load_timeout_s
        loaded, thread = await self._thread.ready(timeout_s)
        if not loaded.model.multilingual:
            self.info = replace(self.info, languages=frozenset({"en"}))
        return loaded, thread

    def _make(self) -> _Loaded:
        """Finds, if need be fetches, loads and measures the model; runs in the thread."""
        found = self._find()
        if not found.whole and self._may_fetch(found):
            fetch(repository(found.name), self._cache())
            found = self._find()
        if found.folder is None or found.missing:
            health = _not_here(found)
            raise EngineError(f"{health.found}.", health.remedy)
        settings = self._settings
        candidates = [found]
        if not (settings.model or settings.path):
            candidates = here(self._cache(), on_gpu=device_of(settings.device) == "cuda") or [found]
        book = SpeedBook(self._measured, f"{settings.device} {settings.compute_type}")
        chooser = ModelChooser(
            lambda folder: self._load_model(folder, settings),
            book,
            speakers=settings.speakers or speakers_expected(),
            short_window=settings.short_window,
            budget_s=settings.measure_s,
        )
        return _Loaded(*chooser.choose(candidates))


def load_whisper(folder: Path, settings: FasterWhisperSettings) -> Model:
    """The real model. Raises MissingError, EngineError."""
    if find_spec("faster_whisper") is None:
        raise MissingError("faster-whisper is not installed.", "pip install faster-whisper")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return WhisperModel(
        folder,
        device=settings.device,
        compute_type=settings.compute_type,
        threads=settings.threads or max(1, min(_MOST_THREADS, (cores or 1) - 1)),
    )


def _not_here(found: Found) -> Health:
    size = f" ({found.size_mb} MB)" if found.size_mb else ""
    if found.missing:
        return Health(
            False,
            f"the Whisper model in {found.looked}{size} lacks {', '.join(found.missing)}",
            "Copy or fetch the whole folder again.",
        )
    if found.name and not repository(found.name):
        what = f"no Whisper model {found.name} in {found.looked}"
        return Health(False, what, "Check hearing.model (such as base) and hearing.model_path.")
    what = f"no Whisper model{' ' if found.name else ''}{found.name}{size} in {found.looked}"
    remedy = (
        "Set hearing.model_path to a model's folder, or hearing.model to a size such as base,"
        " with hearing.allow_download."
    )
    return Health(False, what, remedy)

"""Whisper through CTranslate2: any of its languages, decoded in one thread beside the loop."""

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Protocol

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable, MissingError
from domain.languages import name as language_name
from domain.ports import RecognitionRequest
from pipeline.asr.decoded import Decoded, Piece
from pipeline.asr.one_thread import OneThread
from pipeline.asr.whisper_files import BEST_ON_CPU, BEST_ON_GPU, Found, find, repository
from pipeline.asr.whisper_guards import refusal
from pipeline.asr.whisper_model import WhisperModel, device_of, fetch
from pipeline.asr.window_stream import WindowStream

log = logging.getLogger(__name__)

_DETECT_S = 1.5
_MOST_THREADS = 4
_MOST_RESTARTS = 2
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
    step_s: float = 1.0
    """Least sound between two drafts; 0 decodes finished utterances only."""
    allow_download: bool = False
    languages: tuple[str, ...] = ()
    """What detection may choose from; empty means any."""
    threads: int = 0
    """Processor threads; 0 leaves one core to others, and takes four at most."""
    beam_size: int = 0
    """Of finished utterances; 0 takes 5 on a GPU and 1 elsewhere. Drafts are greedy."""
    short_window: bool = False
    """Does not fill windows up to 30 s: far faster, less exact with models not made for it."""
    decode_timeout_s: float = 30.0
    load_timeout_s: float = 120.0
    fetch_timeout_s: float = 1800.0


class Model(Protocol):
    """What the thread works with."""

    device: str
    compute_type: str
    multilingual: bool

    def knows(self, language: str) -> bool: ...

    def decode(
        self,
        pcm: bytes,
        *,
        language: str,
        allowed: tuple[str, ...] = (),
        terms: tuple[str, ...] = (),
        beam_size: int = 1,
        short_window: bool = False,
    ) -> Decoded: ...


class FasterWhisper:
    """The model is loaded when first needed, and again in a fresh thread where it hung.

    `load` makes the model from its folder, in the thread.
    """

    def __init__(
        self,
        settings: FasterWhisperSettings | None = None,
        *,
        load: Callable[[Path, FasterWhisperSettings], Model] | None = None,
    ) -> None:
        self.info = EngineInfo(
            name="faster-whisper",
            word_times=True,
            punctuated=True,
            needs=("Python package faster-whisper", "a Whisper model converted for CTranslate2"),
        )
        self.refusals: Counter[str] = Counter()
        """Windows that were not believed, by reason."""
        self._settings = settings or FasterWhisperSettings()
        self._load_model = load or load_whisper
        self._loading = asyncio.Lock()
        self._thread: OneThread | None = None
        self._model: Model | None = None
        self._restarts = 0
        self._languages: dict[str, str] = {}
        self._window_s = 0.0

    async def health(self) -> Health:
        """Whether the model is here and works; loads it, and fetches it if that is allowed."""
        if find_spec("faster_whisper") is None:
            return Health(False, "faster-whisper is not installed", "pip install faster-whisper")
        found = await asyncio.to_thread(self._find)
        if not found.whole and not self._may_fetch(found):
            return _not_here(found)
        try:
            model, _ = await self._ready()
        except EngineError as error:
            return Health(False, error.message, error.remedy)
        found = await asyncio.to_thread(self._find)
        return Health(
            True,
            f"Whisper {found.name}, {found.size_mb} MB in {found.folder}, {model.compute_type} "
            f"on {model.device}, {self._window_s:.2f} s for a window",
        )

    async def open(self, request: RecognitionRequest) -> WindowStream:
        """Begins an utterance. Raises EngineError, MissingError."""
        model, _ = await self._ready()
        if request.language and not model.knows(request.language):
            raise EngineError(
                f"The Whisper model does not know {language_name(request.language)}.",
                "Choose a multilingual model, or leave these words to Meet's captions.",
            )
        return WindowStream(self, request, self._settings.step_s)

    async def decode(self, piece: Piece) -> Decoded | None:
        """See `Decoder`."""
        model, thread = await self._ready()
        language = piece.language or self._only()
        if not language and len(piece.pcm) < _DETECT_S * _BYTES_PER_S:
            if not piece.final:
                return None
            language = self._languages.get(piece.track, "")
        settings = self._settings
        best = settings.beam_size or (5 if model.device == "cuda" else 1)

        def work() -> Decoded:
            return model.decode(
                piece.pcm,
                language=language,
                allowed=settings.languages,
                terms=piece.terms,
                beam_size=best if piece.final else 1,
                short_window=settings.short_window,
            )

        heard = await thread.run(work, timeout_s=settings.decode_timeout_s, urgent=piece.final)
        return self._believed(heard, piece)

    async def aclose(self) -> None:
        """Gives the model and its thread back."""
        thread, self._thread, self._model = self._thread, None, None
        if thread:
            await thread.aclose()

    async def __aenter__(self) -> "FasterWhisper":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _believed(self, heard: Decoded, piece: Piece) -> Decoded | None:
        reason = refusal(heard)
        if reason:
            self.refusals[reason] += 1
            log.debug("A window was not believed: %s", reason)
            return replace(heard, words=()) if piece.final else None
        if heard.words and not piece.language:
            self._languages[piece.track] = heard.language
        return heard

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

    async def _ready(self) -> tuple[Model, OneThread]:
        """The model and its thread. Raises EngineError, MissingError."""
        async with self._loading:
            if self._thread and self._thread.broken:
                self._thread = self._model = None
                self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                raise EngineUnavailable(
                    "The Whisper model hangs again and again.", "Choose a smaller model."
                )
            if self._thread is None:
                self._thread = OneThread("whisper")
            if self._model is None:
                self._model = await self._load(self._thread)
            return self._model, self._thread

    async def _load(self, thread: OneThread) -> Model:
        found = await asyncio.to_thread(self._find)
        fetching = not found.whole and self._may_fetch(found)
        settings = self._settings
        timeout_s = settings.fetch_timeout_s if fetching else settings.load_timeout_s
        model, self._window_s = await thread.run(self._make, timeout_s=timeout_s, urgent=True)
        if not model.multilingual:
            self.info = replace(self.info, languages=frozenset({"en"}))
        return model

    def _make(self) -> tuple[Model, float]:
        """Finds, if need be fetches, loads and tries the model; runs in the thread."""
        found = self._find()
        if not found.whole and self._may_fetch(found):
            fetch(repository(found.name), self._cache())
            found = self._find()
        if found.folder is None or found.missing:
            health = _not_here(found)
            raise EngineError(f"{health.found}.", health.remedy)
        model = self._load_model(found.folder, self._settings)
        began = time.perf_counter()
        language = self._only() or "en"
        model.decode(
            bytes(_BYTES_PER_S), language=language, short_window=self._settings.short_window
        )
        return model, time.perf_counter() - began


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
        return Health(False, what, "Check model and model_path: a size such as base, or a folder.")
    what = f"no Whisper model{' ' if found.name else ''}{found.name}{size} in {found.looked}"
    remedy = "Give a model's folder (model_path), or a size (model = base) with allow_download."
    return Health(False, what, remedy)

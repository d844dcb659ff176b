"""Whisper through OpenVINO GenAI: on an NPU, else a GPU, else the processor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from domain.audio import SAMPLE_RATE
from domain.engines import EngineInfo, Health
from domain.errors import EngineError, MissingError
from domain.ports import RecognitionRequest
from domain.speech import Word
from pipeline.asr.belief import Belief
from pipeline.asr.decoded import Decoded, Piece
from pipeline.asr.device_ladder import Climbed, DeviceLadder
from pipeline.asr.language_unknown import LanguageUnknown
from pipeline.asr.model_thread import ModelThread
from pipeline.asr.one_thread import Hung, OneThread
from pipeline.asr.openai_answer import spread
from pipeline.asr.whisper_guards import believable_before, prompt_of, wanted_tokens
from pipeline.asr.window_stream import WindowStream

NEEDED = (
    *("openvino_encoder_model.xml", "openvino_encoder_model.bin", "openvino_decoder_model.xml"),
    *("openvino_decoder_model.bin", "openvino_tokenizer.xml", "openvino_detokenizer.xml"),
    *("config.json", "generation_config.json", "preprocessor_config.json"),
)
_LEAST_BYTES = 3200
_DETECT_BYTES = 48_000
_CHARACTERS_PER_TOKEN = 3
_REMEDY = "Export a model with optimum-cli export openvino, or copy its whole folder again."


@dataclass(frozen=True, slots=True)
class OpenVinoSettings:
    """Which model, where, and how it is used. Times are seconds."""

    path: str = ""
    """Folder of a model exported for OpenVINO."""
    device: str = "auto"
    """auto takes the first of NPU, GPU and CPU that works; a name forces one."""
    cache: str = ""
    """Folder for what was compiled for NPU and GPU, whose first compilation takes minutes."""
    step_s: float = 1.0
    languages: tuple[str, ...] = ()
    """Where there is one, it is what the model is told to hear."""
    decode_timeout_s: float = 30.0
    load_timeout_s: float = 600.0


class Pipe(Protocol):
    """A model on one device."""

    def languages(self) -> frozenset[str]:
        """Codes that it knows; empty where it knows English alone."""
        ...

    def hear(self, samples: Any, options: dict[str, Any]) -> Any:
        """`texts`, `words` and `language`."""
        ...


class Devices(Protocol):
    """What the ladder climbs."""

    def present(self) -> Sequence[str]:
        """Names of devices, such as CPU or GPU.0."""
        ...

    def load(self, folder: Path, device: str, options: dict[str, Any]) -> Pipe:
        """The model on a device; any exception means that it does not work there."""
        ...


class OpenVinoWhisper:
    """The model is loaded when first needed; `notify` is told which device it runs on and why."""

    def __init__(
        self,
        settings: OpenVinoSettings | None = None,
        *,
        devices: Devices | None = None,
        notify: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.info = EngineInfo(
            name="openvino",
            punctuated=True,
            needs=("Python package openvino-genai", "a Whisper model exported for OpenVINO"),
        )
        self._belief = Belief()
        self.refusals = self._belief.refusals
        self._settings = settings or OpenVinoSettings()
        self._devices = devices
        self._notify = notify
        self._told: tuple[str, ...] = ()
        self._ladder: DeviceLadder[Pipe] = DeviceLadder(self._settings.device)
        self._thread: ModelThread[Climbed[Pipe]] = ModelThread(
            "openvino", self._make, "OpenVINO model", on_hang=self._ladder.hung
        )

    async def health(self) -> Health:
        """Whether the model is here and works on some device; loads it."""
        if self._devices is None and find_spec("openvino_genai") is None:
            return Health(False, "openvino-genai is not installed", "pip install openvino-genai")
        try:
            loaded, _ = await self._ready()
        except (EngineError, MissingError) as error:
            return Health(False, error.message.rstrip("."), error.remedy)
        return Health(True, f"Whisper in {self._settings.path}, {'; '.join(loaded.steps)}")

    async def open(self, request: RecognitionRequest) -> WindowStream:
        """Begins an utterance. Raises EngineError, MissingError."""
        loaded, _ = await self._ready()
        known = loaded.model.languages() or {"en"}
        if request.language and request.language not in known:
            raise LanguageUnknown("The OpenVINO Whisper model", request.language)
        return WindowStream(self, request, self._settings.step_s)

    async def decode(self, piece: Piece) -> Decoded | None:
        """See `Decoder`."""
        length_s = len(piece.pcm) / 2 / SAMPLE_RATE
        if len(piece.pcm) < _LEAST_BYTES:
            return Decoded((), piece.language, length_s)
        loaded, thread = await self._ready()
        allowed = self._settings.languages
        language = piece.language or (allowed[0] if len(allowed) == 1 else "")
        if not language and len(piece.pcm) < _DETECT_BYTES:
            if not piece.final:
                return None
            language = self._belief.languages.get(piece.track, "")
        terms, before = self._prompt(piece, loaded.device)

        def work() -> Decoded:
            return _hear(loaded.model, piece.pcm, language, terms, before)

        try:
            heard = await thread.run(
                work, timeout_s=self._settings.decode_timeout_s, urgent=piece.final
            )
        except Hung:
            self._ladder.hung(loaded.device)
            raise
        return self._belief.judge(heard, piece)

    async def aclose(self) -> None:
        """Gives the model and its thread back."""
        await self._thread.aclose()

    async def __aenter__(self) -> "OpenVinoWhisper":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _prompt(self, piece: Piece, device: str) -> tuple[str, str]:
        """Terms and the text before; an NPU takes neither."""
        if device.startswith("NPU"):
            return "", ""
        before = believable_before(self._belief.context(piece))
        return prompt_of(piece.terms, lambda text: len(text) // _CHARACTERS_PER_TOKEN, 150), before

    async def _ready(self) -> tuple[Climbed[Pipe], OneThread]:
        loaded, thread = await self._on_some_device()
        if loaded.steps != self._told:
            self._told = loaded.steps
            self._notify(f"Recognition by OpenVINO: {'; '.join(loaded.steps)}.")
        return loaded, thread

    async def _on_some_device(self) -> tuple[Climbed[Pipe], OneThread]:
        """The model on the first device that does not hang."""
        while True:
            try:
                return await self._thread.ready(self._settings.load_timeout_s)
            except Hung:
                if not self._ladder.left:
                    raise

    def _make(self) -> Climbed[Pipe]:
        """Climbs down the ladder until a device works; runs in the thread."""
        settings = self._settings
        folder = Path(settings.path).expanduser()
        if not settings.path or not folder.is_dir():
            where = f" in {folder}" if settings.path else ""
            raise EngineError(
                f"There is no OpenVINO Whisper model{where}.",
                f"Set hearing.openvino_path to its folder. {_REMEDY}",
            )
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise EngineError(f"The model in {folder} lacks {', '.join(missing)}.", _REMEDY)
        devices = self._devices or RealDevices()

        def load(device: str) -> Pipe:
            return _load(devices, folder, device, settings.cache)

        try:
            return self._ladder.climb(devices.present(), load)
        except EngineError as error:
            drivers = "Check the drivers, or set the device to auto."
            remedy = drivers if self._ladder.forced else _REMEDY
            raise EngineError(f"{folder}: {error.message}", remedy) from error


class RealDevices:
    """Those that OpenVINO finds. Raises MissingError where it is not installed."""

    def __init__(self) -> None:
        try:
            self._core = import_module("openvino").Core()
            self._genai = import_module("openvino_genai")
        except ImportError as error:
            raise MissingError(
                "openvino-genai is not installed.", "pip install openvino-genai"
            ) from error

    def present(self) -> Sequence[str]:
        """See `Devices`."""
        return tuple(self._core.available_devices)

    def load(self, folder: Path, device: str, options: dict[str, Any]) -> Pipe:
        """See `Devices`."""
        return _RealPipe(self._genai.WhisperPipeline(str(folder), device, **options))


class _RealPipe:
    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe

    def languages(self) -> frozenset[str]:
        """See `Pipe`."""
        config = self._pipe.get_generation_config()
        codes = (token.strip("<|>") for token in config.lang_to_id)
        return frozenset(codes) if config.is_multilingual else frozenset()

    def hear(self, samples: Any, options: dict[str, Any]) -> Any:
        """See `Pipe`."""
        return self._pipe.generate(samples, **options)


def _load(devices: Devices, folder: Path, device: str, cache: str) -> Pipe:
    """A pipeline that has heard something. A compiled-model cache together with word times
    keeps the processor's pipeline from being made, and it would gain nothing there."""
    options: dict[str, Any] = {"word_timestamps": True}
    if cache and device.split(".")[0] in ("NPU", "GPU"):
        options["CACHE_DIR"] = cache
    pipe = devices.load(folder, device, options)
    _hear(pipe, bytes(2 * SAMPLE_RATE), "en", "", "")
    return pipe


def _hear(pipe: Pipe, pcm: bytes, language: str, terms: str, before: str) -> Decoded:
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float32) / 32768
    length_s = len(samples) / SAMPLE_RATE
    options: dict[str, Any] = {
        "return_timestamps": False,
        "word_timestamps": True,
        "num_beams": 1,
        "do_sample": False,
        "max_new_tokens": wanted_tokens(length_s),
    }
    if pipe.languages():
        options["task"] = "transcribe"
        if language:
            options["language"] = f"<|{language}|>"
    told = " ".join(part for part in (terms, before) if part)
    if told:
        options["initial_prompt"] = told
    result = pipe.hear(samples, options)
    told_language = str(getattr(result, "language", "") or "").strip("<|>")
    language = language or told_language or "en"
    text = str(result.texts[0]) if result.texts else ""
    words = _timed(getattr(result, "words", None) or (), length_s)
    return Decoded(
        words or spread(text, language, 0.0, length_s),
        language,
        length_s,
        prompt=terms,
        context=before,
    )


def _timed(given: Sequence[Any], length_s: float) -> tuple[Word, ...]:
    words, last_s = [], 0.0
    for each in given:
        text = str(each.word).strip()
        if text:
            start_s = min(length_s, max(last_s, float(each.start_ts)))
            last_s = min(length_s, max(start_s, float(each.end_ts)))
            words.append(Word(text, start_s, last_s))
    return tuple(words)

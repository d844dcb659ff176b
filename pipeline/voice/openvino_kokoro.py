"""Kokoro through OpenVINO GenAI: the same voice, quicker on Intel processors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable, MissingError
from domain.voices import Speech, SpeechRequest
from pipeline.asr.one_thread import OneThread
from pipeline.voice.sayable import sayable

_CODES = {
    "en": ("en-us", "af_heart"), "es": ("es", "ef_dora"), "fr": ("fr-fr", "ff_siwis"),
    "hi": ("hi", "hf_alpha"), "it": ("it", "if_sara"), "pt": ("pt-br", "pf_dora"),
}  # fmt: skip
_RATE = 24_000
_STYLES = (510, 1, 256)
_MOST_CHARACTERS = 350
_EXPORT = (
    "Export it: optimum-cli export openvino --model hexgrad/Kokoro-82M --task text-to-audio "
    "FOLDER, and give the folder (voice.openvino_model)."
)

_WORD_LISTS = (
    "Copy the JSON files from the folder data of the Python package misaki into FOLDER/data."
)


@dataclass(frozen=True, slots=True)
class OpenVinoKokoroSettings:
    """Where the exported model is."""

    model: Path | None = None
    """Folder with the exported model, voices/NAME.bin (float32, 510 x 1 x 256) and, for
    English, misaki's word lists in data."""
    voices: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    """CPU, GPU or NPU; empty is CPU."""
    speak_timeout_s: float = 30.0


class OpenVinoKokoro:
    """One model on a thread of its own; texts wait for each other."""

    def __init__(self, settings: OpenVinoKokoroSettings | None = None) -> None:
        self._settings = settings or OpenVinoKokoroSettings()
        languages = frozenset(_CODES) - (frozenset() if self._reads_english() else {"en"})
        self.info = EngineInfo(
            "openvino-kokoro",
            languages,
            needs=("the extra openvino", "Kokoro-82M exported for OpenVINO, with its voices"),
        )
        self._thread: OneThread | None = None
        self._pipeline: Any = None
        self._styles: dict[str, Any] = {}

    async def health(self) -> Health:
        """Whether package, model and a voice are here; loads nothing."""
        if find_spec("openvino_genai") is None:
            return Health(
                False, "openvino-genai is not installed", "pip install 'dragoman[openvino]'"
            )
        try:
            self._voice_file("en" if self._reads_english() else "es")
        except MissingError as error:
            return Health(False, error.message, error.remedy)
        found = f"Kokoro on OpenVINO ({self._settings.device or 'CPU'})"
        if not self._reads_english():
            return Health(True, f"{found} without English: no word lists", _WORD_LISTS)
        return Health(True, found)

    async def speak(self, request: SpeechRequest) -> Speech:
        """The text at 24 kHz. Raises EngineError or MissingError."""
        text = sayable(request.text, _MOST_CHARACTERS)
        if request.language not in _CODES:
            raise EngineError(f"Kokoro on OpenVINO does not speak {request.language!r}.")
        if request.language == "en" and not self._reads_english():
            raise MissingError("Kokoro on OpenVINO has no English word lists.", _WORD_LISTS)
        if find_spec("openvino_genai") is None:
            raise MissingError(
                "openvino-genai is not installed.", "pip install 'dragoman[openvino]'"
            )
        style = self._voice_file(request.language)
        if self._thread is None:
            self._thread = OneThread("openvino-kokoro")
        if self._thread.broken:
            raise EngineUnavailable("Kokoro on OpenVINO hangs.")
        speed = min(2.0, max(0.5, request.speed))
        try:
            pcm, rate = await self._thread.run(
                lambda: self._generate(text, request.language, style, speed),
                timeout_s=self._settings.speak_timeout_s,
                urgent=True,
            )
        except EngineUnavailable as error:
            raise EngineUnavailable("Kokoro on OpenVINO hangs or is overloaded.") from error
        except EngineError as error:
            cause = error.__cause__ or error
            raise EngineError(f"Kokoro on OpenVINO failed: {str(cause)[:200]}") from error
        return Speech(pcm, rate, request.language)

    async def aclose(self) -> None:
        """Ends the thread."""
        thread, self._thread, self._pipeline = self._thread, None, None
        if thread is not None:
            await thread.aclose()

    def _reads_english(self) -> bool:
        folder = self._settings.model
        return folder is None or (folder / "data" / "us_gold.json").is_file()

    def _voice_file(self, language: str) -> Path:
        """Raises MissingError where the model or the voice is not here."""
        folder = self._settings.model
        if folder is None or not any(folder.glob("*.xml")):
            raise MissingError("Kokoro's OpenVINO model is not here.", _EXPORT)
        name = self._settings.voices.get(language, _CODES[language][1])
        for found in (folder / "voices" / f"{name}.bin", folder / "voices" / f"{name}.npy"):
            if found.is_file():
                return found
        raise MissingError(
            f"Kokoro's OpenVINO folder has no voice {name}.",
            f"Put {name}.bin into its folder voices.",
        )

    def _generate(self, text: str, language: str, style: Path, speed: float) -> tuple[bytes, int]:
        import openvino
        import openvino_genai

        if self._pipeline is None:
            device = self._settings.device or "CPU"
            self._pipeline = openvino_genai.Text2SpeechPipeline(str(self._settings.model), device)
        if str(style) not in self._styles:
            self._styles[str(style)] = openvino.Tensor(_read_style(style))
        result = self._pipeline.generate(
            text, self._styles[str(style)], language=_CODES[language][0], speed=speed
        )
        samples = np.asarray(result.speeches[0].data, np.float32).reshape(-1)
        rate = int(getattr(result, "output_sample_rate", 0) or _RATE)
        return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), rate


def _read_style(path: Path) -> Any:
    values = np.load(path) if path.suffix == ".npy" else np.fromfile(path, np.float32)
    if values.size != np.prod(_STYLES):
        raise EngineError(f"The voice {path.name} is not 510 x 1 x 256 numbers.")
    return np.ascontiguousarray(values, np.float32).reshape(_STYLES)

"""Kokoro: a natural voice for nine languages, in a process that is renewed now and then."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable, MissingError
from domain.voices import Speech, SpeechRequest
from pipeline.voice.kokoro_keeper import KokoroKeeper
from pipeline.voice.kokoro_process import KokoroProcess
from pipeline.voice.sayable import sayable

log = logging.getLogger(__name__)

VOICES: dict[str, tuple[str, str]] = {
    "en": ("a", "af_heart"),
    "es": ("e", "ef_dora"),
    "fr": ("f", "ff_siwis"),
    "hi": ("h", "hf_alpha"),
    "it": ("i", "if_sara"),
    "ja": ("j", "jf_alpha"),
    "pt": ("p", "pf_dora"),
    "zh": ("z", "zf_xiaobei"),
}
"""Language -> Kokoro's code of it and the usual voice; a voice named b… is British."""

_ENGLISH = "en_core_web_sm"
_EXTRA = {"ja": "pyopenjtalk", "zh": "jieba"}
_MOST_CHARACTERS = 350
"""Keeps a text below the model's 510 phonemes."""


@dataclass(frozen=True, slots=True)
class KokoroSettings:
    """Where the model is and how the process is kept small."""

    model: Path | None = None
    """Folder with config.json, a .pth file and voices/*.pt; None asks the hub's cache or, with
    `allow_download`, the hub."""
    repo: str = "hexgrad/Kokoro-82M"
    voices: Mapping[str, str] = field(default_factory=dict)
    """Language -> name of a voice, such as en: bf_emma."""
    device: str = ""
    """cpu, cuda or empty for what is there."""
    threads: int = 0
    """0: one less than the cores."""
    allow_download: bool = False
    start_timeout_s: float = 120.0
    speak_timeout_s: float = 30.0
    most_texts: int = 500
    """After so many texts, or this much memory, the process is renewed."""
    most_memory_mb: int = 3000


class KokoroVoice:
    """One text at a time; the process starts with the first one, and no text that is given up
    stops it from starting."""

    def __init__(self, settings: KokoroSettings | None = None) -> None:
        self._settings = settings or KokoroSettings()
        languages = frozenset(code for code in VOICES if _can_read(code))
        self.info = EngineInfo(
            "kokoro", languages or frozenset(VOICES), needs=("the extra voice", "Kokoro-82M")
        )
        self._keeper = KokoroKeeper(self._start)
        self._texts = 0
        self._lock = asyncio.Lock()

    async def health(self) -> Health:
        """Whether package and model are here; starts nothing."""
        if find_spec("kokoro") is None:
            return Health(False, "kokoro is not installed", "pip install 'dragoman[voice]'")
        try:
            self._files()
        except MissingError as error:
            return Health(False, error.message, error.remedy)
        if not _can_read("en"):
            return Health(
                True,
                f"kokoro without English: spaCy's {_ENGLISH} is missing",
                f"python -m spacy download {_ENGLISH}",
            )
        return Health(True, f"kokoro, {len(self.info.languages)} languages")

    async def speak(self, request: SpeechRequest) -> Speech:
        """The text at 24 kHz. Raises EngineError."""
        text = sayable(request.text, _MOST_CHARACTERS)
        if request.language not in VOICES:
            raise EngineError(f"Kokoro does not speak {request.language!r}.")
        if not _can_read(request.language):
            raise MissingError(*_unread(request.language))
        code, voice = VOICES[request.language]
        voice = self._settings.voices.get(request.language, voice)
        order = {
            "text": text,
            "code": voice[0] if request.language == "en" else code,
            "voice": voice,
            "speed": min(2.0, max(0.5, request.speed)),
        }
        async with self._lock:
            process = await self._keeper.ready()
            try:
                pcm, rate, memory_mb = await process.ask(order, self._settings.speak_timeout_s)
            except EngineError as error:
                if isinstance(error, EngineUnavailable):
                    self._keeper.renew()
                raise
            except BaseException:
                # An answer that nobody took would be mistaken for the next one.
                self._keeper.renew()
                raise
            self._texts += 1
            if self._texts >= self._settings.most_texts or self._too_big(memory_mb):
                self._keeper.renew()
        return Speech(pcm, rate, request.language)

    async def aclose(self) -> None:
        """Ends the process, or its start."""
        await self._keeper.aclose()

    @property
    def pid(self) -> int | None:
        """The process, while one is ready."""
        process = self._keeper.process
        return process.pid if process else None

    def _too_big(self, memory_mb: int) -> bool:
        return memory_mb > self._settings.most_memory_mb

    async def _start(self) -> KokoroProcess:
        if find_spec("kokoro") is None:
            raise MissingError("kokoro is not installed.", "pip install 'dragoman[voice]'")
        config, model, voices = self._files()
        options = {
            "repo": self._settings.repo, "config": config, "model": model, "voices": voices,
            "device": self._settings.device, "offline": not self._settings.allow_download,
            "threads": self._settings.threads or max(1, (os.cpu_count() or 2) - 1),
        }  # fmt: skip
        script = Path(__file__).with_name("kokoro_worker.py")
        command = [sys.executable, "-P", str(script), json.dumps(options)]
        process = await KokoroProcess.start(command, self._settings.start_timeout_s)
        self._texts = 0
        return process

    def _files(self) -> tuple[str, str, str]:
        """Config, model and folder of voices. Raises MissingError."""
        folder = self._settings.model
        if folder is None:
            if self._settings.allow_download or _cached(self._settings.repo):
                return "", "", ""
            raise MissingError(
                "Kokoro's model is not here.",
                "Give its folder (voice.kokoro_model), or allow the download "
                "(voice.allow_download).",
            )
        weights = sorted(folder.glob("*.pth"))
        voices = folder / "voices"
        for there, what in (
            ((folder / "config.json").is_file(), "config.json"),
            (bool(weights), "a .pth file"),
            (any(voices.glob("*.pt")), "voices/*.pt"),
        ):
            if not there:
                raise MissingError(
                    f"Kokoro's folder has no {what}.",
                    f"Copy the files of {self._settings.repo} into it.",
                )
        return str(folder / "config.json"), str(weights[0]), str(voices)


def _cached(repo: str) -> bool:
    if find_spec("huggingface_hub") is None:
        return False
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(repo, "config.json"), str)


def _can_read(language: str) -> bool:
    package = _ENGLISH if language == "en" else _EXTRA.get(language, "misaki")
    return find_spec(package) is not None


def _unread(language: str) -> tuple[str, str]:
    if language == "en":
        return (
            f"Kokoro reads English with spaCy's model {_ENGLISH}, which is not installed.",
            f"Install it: python -m spacy download {_ENGLISH}",
        )
    if language in _EXTRA:
        return (
            f"Kokoro's reader for {language} is not installed.",
            f"Install it: pip install 'misaki[{language}]'",
        )
    return "kokoro is not installed.", "pip install 'dragoman[voice]'"

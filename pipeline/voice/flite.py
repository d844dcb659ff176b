"""flite: a clear small voice for English."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, MissingError
from domain.voices import Speech, SpeechRequest
from pipeline.voice.program import run
from pipeline.voice.sayable import sayable
from pipeline.voice.wave_file import read_wave

_REMEDY = "Install it: apt-get install flite"
_TIMEOUT_S = 15.0


class FliteVoice:
    """One short-lived process for each text."""

    def __init__(self, voice: str = "slt") -> None:
        self._voice = voice
        self.info = EngineInfo("flite", frozenset({"en"}), needs=("the Debian package flite",))

    async def health(self) -> Health:
        """Whether it works here."""
        if shutil.which("flite") is None:
            return Health(False, "flite is not installed.", _REMEDY)
        return Health(True, f"flite with the voice {self._voice}")

    async def speak(self, request: SpeechRequest) -> Speech:
        """The text as sound at 16 kHz. Raises EngineError or MissingError."""
        text = sayable(request.text)
        if request.language != "en":
            raise EngineError(f"flite does not speak {request.language!r}.")
        if shutil.which("flite") is None:
            raise MissingError("flite is not installed.", _REMEDY)
        stretch = 1 / min(3.0, max(0.5, request.speed))
        with tempfile.TemporaryDirectory(prefix="dragoman-voice-") as folder:
            target = Path(folder) / "speech.wav"
            command = (
                "flite", "-voice", self._voice, "--setf", f"duration_stretch={stretch:.3f}",
                "-f", "/dev/stdin", "-o", str(target),
            )  # fmt: skip
            await run(command, text, timeout_s=_TIMEOUT_S)
            pcm, rate = await asyncio.to_thread(_read, target)
        return Speech(pcm, rate, request.language)

    async def aclose(self) -> None:
        """There is nothing to give back."""


def _read(target: Path) -> tuple[bytes, int]:
    if not target.is_file():
        raise EngineError("flite gave no sound.")
    return read_wave(target.read_bytes())

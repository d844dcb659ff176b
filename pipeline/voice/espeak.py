"""espeak-ng: a small voice for about a hundred languages, in no time on any machine."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, MissingError
from domain.languages import primary
from domain.voices import Speech, SpeechRequest
from pipeline.voice.program import run
from pipeline.voice.sayable import sayable
from pipeline.voice.wave_file import read_wave

_PROGRAM = "espeak-ng"
_REMEDY = f"Install it: apt-get install {_PROGRAM}"
_OWN_PACE = 165
"""Words a minute at speed 1.0."""
_SLOWEST, _FASTEST = 80, 400
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_PHONEMES = re.compile(r"\[(?=\[)")
_PREFERRED = {"en": "en-us", "zh": "cmn", "no": "nb", "fr": "fr-fr"}


@dataclass(frozen=True, slots=True)
class EspeakSettings:
    """Which of the program's voices speak."""

    voices: Mapping[str, str] = field(default_factory=dict)
    """Language -> name of a voice, where another than the usual one is wanted."""
    timeout_s: float = 15.0


class EspeakVoice:
    """One short-lived process for each text."""

    def __init__(self, settings: EspeakSettings | None = None) -> None:
        self._settings = settings or EspeakSettings()
        self._voices = {**_installed(), **self._settings.voices}
        self.info = EngineInfo(
            _PROGRAM, frozenset(self._voices), needs=(f"the Debian package {_PROGRAM}",)
        )

    async def health(self) -> Health:
        """Whether it works here."""
        if not self._voices:
            return Health(False, f"{_PROGRAM} is not installed.", _REMEDY)
        return Health(True, f"{_PROGRAM}, {len(self._voices)} languages")

    async def speak(self, request: SpeechRequest) -> Speech:
        """The text as sound at 22,050 Hz. Raises EngineError or MissingError."""
        if not self._voices:
            raise MissingError(f"{_PROGRAM} is not installed.", _REMEDY)
        text = sayable(request.text)
        voice = self._voices.get(request.language)
        if voice is None:
            raise EngineError(f"{_PROGRAM} does not speak {request.language!r}.")
        if request.language == "ja" and _IDEOGRAPH.search(text):
            raise EngineError(f"{_PROGRAM} cannot read Japanese that is not in kana.")
        pace = min(_FASTEST, max(_SLOWEST, round(_OWN_PACE * request.speed)))
        command = (_PROGRAM, "-b", "1", "-z", "-v", voice, "-s", str(pace), "--stdin", "--stdout")
        # Doubled brackets would be read as phonemes.
        spoken = await run(command, _PHONEMES.sub("[ ", text), timeout_s=self._settings.timeout_s)
        pcm, rate = await asyncio.to_thread(read_wave, spoken)
        return Speech(pcm, rate, request.language)

    async def aclose(self) -> None:
        """There is nothing to give back."""


def _installed() -> dict[str, str]:
    """Language -> voice of the installed program."""
    if shutil.which(_PROGRAM) is None:
        return {}
    listing = subprocess.run(
        [_PROGRAM, "--voices"], capture_output=True, text=True, timeout=10, check=False
    ).stdout
    found: dict[str, str] = {}
    for line in listing.splitlines()[1:]:
        columns = line.split()
        if len(columns) > 1:
            found.setdefault(primary(columns[1]), columns[1])
    known = {line.split()[1] for line in listing.splitlines()[1:] if len(line.split()) > 1}
    return found | {code: name for code, name in _PREFERRED.items() if name in known}

"""Voices that are no voices: a tone for each word, or silence."""

import numpy as np

from domain.engines import EngineInfo, Health
from domain.errors import EngineError
from domain.voices import Speech, SpeechRequest
from pipeline.voice.sayable import sayable

_RATE = 16_000
_TONES = {"en": 440.0, "es": 660.0, "fr": 880.0, "de": 550.0}


class ScriptedVoice:
    """Speaks `word_s` per word as a tone whose height tells the language.

    `fails` names texts that it cannot speak; `spoken` keeps what was asked for.
    """

    def __init__(
        self,
        word_s: float = 0.3,
        fails: frozenset[str] = frozenset(),
        languages: frozenset[str] = frozenset(),
    ) -> None:
        self.info = EngineInfo("scripted", languages)
        self.spoken: list[SpeechRequest] = []
        self._word_s, self._fails = word_s, fails

    async def health(self) -> Health:
        """It always works."""
        return Health(True, "tones in place of words")

    async def speak(self, request: SpeechRequest) -> Speech:
        """A tone. Raises EngineError for a text that it is to fail at."""
        text = sayable(request.text)
        if self.info.languages and request.language not in self.info.languages:
            raise EngineError(f"The scripted voice does not speak {request.language!r}.")
        if text in self._fails:
            raise EngineError("The scripted voice was told to fail.")
        self.spoken.append(request)
        length_s = self._word_s * len(text.split()) / request.speed
        times = np.arange(round(length_s * _RATE)) / _RATE
        tone = np.sin(2 * np.pi * _TONES.get(request.language, 330.0) * times) * 9000
        return Speech(tone.astype("<i2").tobytes(), _RATE, request.language)

    async def aclose(self) -> None:
        """There is nothing to give back."""


class SilentVoice:
    """Speaks nothing, in every language."""

    def __init__(self) -> None:
        self.info = EngineInfo("silent")

    async def health(self) -> Health:
        """It always works."""
        return Health(True, "no speech")

    async def speak(self, request: SpeechRequest) -> Speech:
        """An empty speech. Raises EngineError where there is nothing to say."""
        sayable(request.text)
        return Speech(b"", _RATE, request.language)

    async def aclose(self) -> None:
        """There is nothing to give back."""

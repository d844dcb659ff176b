"""Several voices as one: each language by the best that speaks it."""

import asyncio
import logging
import time
from collections.abc import Sequence

from domain.engines import EngineInfo, Health
from domain.errors import DragomanError, EngineError, EngineUnavailable
from domain.ports import Voice
from domain.voices import Speech, SpeechRequest

log = logging.getLogger(__name__)

_FAULTS = 3
"""Failures in a row after which a voice rests."""
_REST_S = 30.0
_LIMIT_S = 10.0
"""A voice that takes longer for a text has failed on it."""


class VoiceChain:
    """Asks the voices in order; one that keeps failing rests for a while."""

    def __init__(self, voices: Sequence[Voice], limit_s: float = _LIMIT_S) -> None:
        self._voices = list(voices)
        self._limit_s = limit_s
        self._faults = [0] * len(voices)
        self._rests_until_s = [0.0] * len(voices)
        sets = [voice.info.languages for voice in voices]
        languages: frozenset[str] = frozenset().union(*sets) if all(sets) else frozenset()
        self.info = EngineInfo("+".join(voice.info.name for voice in voices), languages)

    def speaks(self, language: str) -> bool:
        """Whether one of the voices speaks a language."""
        if not self._voices:
            return False
        return not self.info.languages or language in self.info.languages

    async def health(self) -> Health:
        """Of the first that works."""
        health = Health(False, "There is no voice.")
        for voice in self._voices:
            health = await voice.health()
            if health.ok:
                break
        return health

    async def speak(self, request: SpeechRequest) -> Speech:
        """The text by the first voice that can. Raises EngineError."""
        last: DragomanError = EngineError(f"No voice here speaks {request.language!r}.")
        for number, voice in enumerate(self._voices):
            able = voice.info.languages
            if able and request.language not in able:
                continue
            if time.monotonic() < self._rests_until_s[number]:
                continue
            try:
                speech = await self._ask(voice, request)
            except DragomanError as error:
                last = error
                self._failed(number)
                continue
            self._faults[number] = 0
            return speech
        raise last if isinstance(last, EngineError) else EngineError(last.message, last.remedy)

    async def _ask(self, voice: Voice, request: SpeechRequest) -> Speech:
        """One voice's speech. Raises DragomanError, whatever goes wrong."""
        try:
            async with asyncio.timeout(self._limit_s):
                return await voice.speak(request)
        except DragomanError:
            raise
        except TimeoutError as error:
            raise EngineUnavailable(f"The voice {voice.info.name} hangs.") from error
        except Exception as error:
            log.warning("the voice %s broke: %s", voice.info.name, type(error).__name__)
            raise EngineUnavailable(
                f"The voice {voice.info.name} broke ({type(error).__name__})."
            ) from error

    async def aclose(self) -> None:
        """Gives back every voice."""
        for voice in self._voices:
            await voice.aclose()

    def _failed(self, number: int) -> None:
        self._faults[number] += 1
        if self._faults[number] >= _FAULTS and len(self._voices) > 1:
            log.warning("the voice %s keeps failing and rests", self._voices[number].info.name)
            self._rests_until_s[number] = time.monotonic() + _REST_S
            self._faults[number] = 0

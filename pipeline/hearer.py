"""One utterance in the engine: opened when first needed, timed, given up at its first fault."""

import asyncio
import logging
import time

from domain.errors import DragomanError
from domain.events import StageTimed
from domain.ports import RecognitionRequest, RecognitionStream
from domain.speech import Hypothesis, Word
from pipeline.ear_parts import EarParts

log = logging.getLogger(__name__)

_ENOUGH_S = 1.0
"""Speech from which on the engine's opinion of the language is taken."""
_SURE_S = 4.0
_SURE_WORDS = 6
_SURE_CONFIDENCE = 0.8
_BYTES_PER_S = 32_000


class Hearer:
    """Talks to the recogniser for one utterance and settles the utterance's language, once."""

    def __init__(self, parts: EarParts, track: str, context: str = "") -> None:
        self.language = ""
        self.settled = False
        """The language will not change any more."""
        self.failed = False
        self.context = context
        self._parts = parts
        self._track = track
        self._patience = parts.settings.patience
        self._asked = ""
        self._told = ""
        self._stream: RecognitionStream | None = None

    @property
    def begun(self) -> bool:
        """The engine has heard some of it."""
        return self._stream is not None and not self.failed

    async def feed(self, pcm: bytes, start_s: float, participant_id: str) -> Hypothesis | None:
        """Hears more sound of an utterance that began at `start_s`."""
        try:
            stream = self._stream or await self._open(start_s, participant_id)
            began, began_s = time.perf_counter(), self._parts.clock.now_s()
            async with asyncio.timeout(self._patience.feed_s):
                hypothesis = await stream.feed(pcm)
        except Exception as error:
            await self._fail(error)
            return None
        self._timed(began, began_s, len(pcm) / _BYTES_PER_S)
        return hypothesis

    async def finish(self) -> Hypothesis | None:
        """The final hypothesis; None where the engine failed."""
        if self._stream is None:
            return None
        began, began_s = time.perf_counter(), self._parts.clock.now_s()
        try:
            async with asyncio.timeout(self._patience.finish_s):
                hypothesis = await self._stream.finish()
        except Exception as error:
            await self._fail(error)
            return None
        self._timed(began, began_s, 0.0)
        self._parts.sources.choices.recognised()
        return hypothesis

    async def aclose(self) -> None:
        """Gives the engine's stream back."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            async with asyncio.timeout(self._patience.close_s):
                await stream.aclose()
        except Exception as error:
            log.warning("The recogniser failed to end an utterance: %s", type(error).__name__)

    def settle(
        self, hypothesis: Hypothesis, participant_id: str, voiced_s: float, *, final: bool
    ) -> bool:
        """Takes the language of a hypothesis; whether the utterance's language is settled."""
        if self.settled:
            return True
        told = hypothesis.language
        self._told = told or self._told
        if told and (told == self._asked or self._alone or final or voiced_s >= _ENOUGH_S):
            key = self._key(participant_id)
            self.language = told if self._alone else self._parts.languages.settle(key, told)
            self.settled = True
        return self.settled or final

    def learn(self, words: tuple[Word, ...], participant_id: str, voiced_s: float) -> None:
        """Tells what the speaker's language turned out to be, where the engine can tell."""
        if self._alone or not words or not self._told or voiced_s < _ENOUGH_S:
            return
        mean = sum(word.confidence for word in words) / len(words)
        sure = voiced_s >= _SURE_S and len(words) >= _SURE_WORDS and mean >= _SURE_CONFIDENCE
        self._parts.languages.heard(self._key(participant_id), self._told, sure=sure)

    @property
    def _alone(self) -> bool:
        """The engine speaks one language, so that its opinion says nothing."""
        assert self._parts.recognizer is not None
        return len(self._parts.recognizer.info.languages) == 1

    def _key(self, participant_id: str) -> str:
        return participant_id or f"track {self._track}"

    async def _open(self, start_s: float, participant_id: str) -> RecognitionStream:
        assert self._parts.recognizer is not None
        self._asked = self._parts.languages.ask(self._key(participant_id))
        self.language = self.language or self._asked
        request = RecognitionRequest(
            track=self._track,
            start_s=start_s,
            language=self._asked,
            terms=self._parts.settings.terms + self._parts.people.terms(),
            context=self.context,
        )
        async with asyncio.timeout(self._patience.open_s):
            self._stream = await self._parts.recognizer.open(request)
        return self._stream

    def _timed(self, began: float, began_s: float, sound_s: float) -> None:
        now_s = self._parts.clock.now_s()
        self._parts.notify(StageTimed("recognise", time.perf_counter() - began, now_s))
        self._parts.effort.spent(self._track, now_s - began_s, sound_s)

    async def _fail(self, error: Exception) -> None:
        self.failed = True
        log.warning("The recogniser failed on an utterance: %s", type(error).__name__)
        told = "The recogniser broke."
        if isinstance(error, DragomanError):
            told = str(error)
        elif isinstance(error, TimeoutError):
            told = "The recogniser gives no answer."
        self._parts.sources.choices.failed(told)
        await self.aclose()

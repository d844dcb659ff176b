"""One utterance in a chain of engines: its sound is kept until it is over, for the next engine."""

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Protocol

from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest, RecognitionStream
from domain.speech import Hypothesis, Word
from pipeline.align import fold
from pipeline.asr.chain_engine import engine_error

log = logging.getLogger(__name__)

_MOST_BYTES = 120 * 32_000
"""Of kept sound; older sound is not heard again."""
_CLOSE_S = 5.0
_FINISH = 6
"""A whole utterance may take so many times longer than a piece of sound."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A stream with the engine it is of."""

    place: int
    """In the chain."""
    made: int
    """How often the engine had been made."""
    name: str
    stream: RecognitionStream


class Engines(Protocol):
    """What an utterance asks of its chain."""

    async def next_stream(self, request: RecognitionRequest, after: int) -> Taken: ...

    def worked(self, place: int, made: int) -> None: ...

    def failed(self, place: int, made: int, error: EngineError) -> None: ...


class ChainStream:
    """Words that an engine vouched for stand, whatever the next one hears."""

    def __init__(
        self, chain: Engines, request: RecognitionRequest, answer_timeout_s: float
    ) -> None:
        self._chain = chain
        self._request = request
        self._timeout_s = answer_timeout_s
        self._taken: Taken | None = None
        self._stream: RecognitionStream | None = None
        self._sound = bytearray()
        self._heard: tuple[Word, ...] = ()
        self._vouched: tuple[Word, ...] = ()
        """Stable words of an engine that has failed."""
        self._lost = 0
        self._begin_s = 0.0
        """Where the engine's sound begins, in the utterance's time."""

    async def begin(self) -> None:
        """Opens the first engine that takes it. Raises EngineError."""
        self._taken = await self._chain.next_stream(self._request, -1)
        self._stream = self._taken.stream

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """See `RecognitionStream`. Raises EngineError where no engine is left."""
        self._keep(pcm)
        stream = self._stream
        assert stream is not None
        try:
            async with asyncio.timeout(self._timeout_s):
                hypothesis = await stream.feed(pcm)
        except Exception as error:
            hypothesis = await self._again(error)
        return self._told(hypothesis)

    async def finish(self) -> Hypothesis:
        """See `RecognitionStream`. Raises EngineError where no engine is left."""
        while True:
            assert self._stream is not None
            assert self._taken is not None
            try:
                async with asyncio.timeout(self._timeout_s * _FINISH):
                    final = await self._stream.finish()
            except Exception as error:
                await self._again(error)
                continue
            self._chain.worked(self._taken.place, self._taken.made)
            told = self._told(final)
            assert told is not None
            return replace(told, stable=len(told.words))

    async def aclose(self) -> None:
        """Gives the engine's stream back."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await self._close(stream)

    async def _again(self, error: Exception) -> Hypothesis | None:
        """Lets the next engine hear what was kept; what it makes of it. Raises EngineError."""
        while True:
            taken = self._taken
            assert taken is not None
            known = engine_error(taken.name, error)
            self._chain.failed(taken.place, taken.made, known)
            failed, self._stream = self._stream, None
            if failed is not None:
                await self._close(failed)
            self._vouched = self._heard
            try:
                taken = await self._chain.next_stream(self._request, taken.place)
            except EngineError as none_left:
                self._stream = _Broken(known)
                raise known from (none_left if known is error else error)
            self._taken, self._stream = taken, taken.stream
            self._begin_s = self._lost / 32_000
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await taken.stream.feed(bytes(self._sound)) if self._sound else None
            except Exception as another:
                error = another

    async def _close(self, stream: RecognitionStream) -> None:
        try:
            async with asyncio.timeout(min(_CLOSE_S, self._timeout_s)):
                await stream.aclose()
        except Exception as error:
            log.warning("A recogniser failed to end an utterance: %s", type(error).__name__)

    def _keep(self, pcm: bytes) -> None:
        self._sound += pcm
        over = len(self._sound) - _MOST_BYTES
        if over > 0:
            del self._sound[:over]
            self._lost += over

    def _told(self, hypothesis: Hypothesis | None) -> Hypothesis | None:
        """A hypothesis after the words that stand, in the utterance's time."""
        if hypothesis is None:
            return None
        words = tuple(
            replace(w, start_s=w.start_s + self._begin_s, end_s=w.end_s + self._begin_s)
            for w in hypothesis.words
        )
        hypothesis = replace(hypothesis, words=words)
        if self._vouched:
            rest = words[_cut(self._vouched[-1], words) :]
            stable = len(self._vouched) + max(0, hypothesis.stable - (len(words) - len(rest)))
            words = self._vouched + rest
            hypothesis = replace(hypothesis, words=words, stable=min(stable, len(words)))
        self._heard = words[: hypothesis.stable]
        return hypothesis


def _cut(last: Word, words: tuple[Word, ...]) -> int:
    """How many of another engine's words were said by the end of the last one that stands.

    The same word in its place is it, however the engines set its bounds; else the word's middle
    tells.
    """
    same = [
        place
        for place, word in enumerate(words)
        if word.start_s < last.end_s and word.end_s > last.start_s
        if fold(word.text) == fold(last.text)
    ]
    if same:
        return min(same, key=lambda place: abs(_middle(words[place]) - _middle(last))) + 1
    past = (place for place, word in enumerate(words) if _middle(word) >= last.end_s)
    return next(past, len(words))


def _middle(word: Word) -> float:
    return (word.start_s + word.end_s) / 2


class _Broken:
    """Stands where no engine is left."""

    def __init__(self, error: EngineError) -> None:
        self._error = error

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """Raises EngineUnavailable."""
        raise EngineUnavailable(self._error.message, self._error.remedy)

    async def finish(self) -> Hypothesis:
        """Raises EngineUnavailable."""
        raise EngineUnavailable(self._error.message, self._error.remedy)

    async def aclose(self) -> None:
        """Nothing is held."""

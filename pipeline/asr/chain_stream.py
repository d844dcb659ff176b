"""One utterance in a chain of engines: its sound is kept until it is over, for the next engine."""

import asyncio
import logging
from dataclasses import replace
from typing import Protocol

from domain.errors import EngineUnavailable
from domain.ports import RecognitionRequest, RecognitionStream
from domain.speech import Hypothesis, Word

log = logging.getLogger(__name__)

_MOST_BYTES = 120 * 32_000
"""Of kept sound; older sound is not heard again."""


class Engines(Protocol):
    """What an utterance asks of its chain."""

    async def next_stream(
        self, request: RecognitionRequest, after: int
    ) -> tuple[int, RecognitionStream]: ...

    def worked(self, place: int) -> None: ...

    def failed(self, place: int, error: Exception) -> None: ...


class ChainStream:
    """Words that an engine vouched for stand, whatever the next one hears."""

    def __init__(
        self, chain: Engines, request: RecognitionRequest, answer_timeout_s: float
    ) -> None:
        self._chain = chain
        self._request = request
        self._timeout_s = answer_timeout_s
        self._place = -1
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
        self._place, self._stream = await self._chain.next_stream(self._request, -1)

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
            try:
                async with asyncio.timeout(self._timeout_s):
                    final = await self._stream.finish()
            except Exception as error:
                await self._again(error)
                continue
            self._chain.worked(self._place)
            told = self._told(final)
            assert told is not None
            return replace(told, stable=len(told.words))

    async def aclose(self) -> None:
        """Gives the engine's stream back."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await self._close(stream)

    async def _again(self, error: Exception) -> Hypothesis | None:
        """Lets the next engine hear what was kept; what it makes of it."""
        while True:
            self._chain.failed(self._place, error)
            failed, self._stream = self._stream, None
            if failed is not None:
                await self._close(failed)
            self._vouched = self._heard
            try:
                place, stream = await self._chain.next_stream(self._request, self._place)
            except Exception as none_left:
                self._stream = _Broken(error)
                raise error from none_left
            self._place, self._stream = place, stream
            self._begin_s = self._lost / 32_000
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await stream.feed(bytes(self._sound)) if self._sound else None
            except Exception as another:
                error = another

    async def _close(self, stream: RecognitionStream) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
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
            end_s = self._vouched[-1].end_s
            rest = tuple(w for w in words if (w.start_s + w.end_s) / 2 >= end_s)
            stable = len(self._vouched) + max(0, hypothesis.stable - (len(words) - len(rest)))
            words = self._vouched + rest
            hypothesis = replace(hypothesis, words=words, stable=min(stable, len(words)))
        self._heard = words[: hypothesis.stable]
        return hypothesis


class _Broken:
    """Stands where no engine is left."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """Raises EngineUnavailable."""
        raise EngineUnavailable(str(self._error))

    async def finish(self) -> Hypothesis:
        """Raises EngineUnavailable."""
        raise EngineUnavailable(str(self._error))

    async def aclose(self) -> None:
        """Nothing is held."""

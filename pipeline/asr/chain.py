"""Recognisers in order of preference: where one fails, the next takes over."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from types import TracebackType

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest, Recognizer
from pipeline.asr.chain_engine import ChainEngine, ChainRules, Link, engine_error
from pipeline.asr.chain_stream import ChainStream, Taken
from pipeline.asr.language_unknown import LanguageUnknown

__all__ = ["ChainRules", "Link", "RecognizerChain"]

log = logging.getLogger(__name__)


class RecognizerChain:
    """A recogniser that is the first of its engines that works.

    `first` is an engine of the list that was found healthy; those before it are taken for
    resting. An utterance whose engine fails is heard again, from its kept sound, by the next
    one. An engine that rests is tried again, beside the one that works. `notify` is told every
    change in plain words.
    """

    def __init__(
        self,
        links: Sequence[Link],
        notify: Callable[[str], None],
        *,
        first: tuple[str, Recognizer] | None = None,
        rules: ChainRules | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if not links:
            raise ValueError("a chain needs an engine")
        self._rules = rules or ChainRules()
        self._engines = [ChainEngine(link, self._rules, now) for link in links]
        self._notify = notify
        self._trying: asyncio.Task[None] | None = None
        self._active = 0
        self._closed = False
        if first is not None:
            self._active = [link.name for link in links].index(first[0])
            self._engines[self._active].take(first[1])
            for engine in self._engines[: self._active]:
                engine.rest()

    @property
    def info(self) -> EngineInfo:
        """What the engine that is used now can do."""
        return self._engines[self._active].info

    async def health(self) -> Health:
        """The health of the engine that is used now."""
        return await self._engines[self._active].health()

    async def open(self, request: RecognitionRequest) -> ChainStream:
        """Begins an utterance. Raises EngineError where no engine takes it."""
        if self._closed:
            raise EngineUnavailable("The recogniser was closed.", "Open it again.")
        self._try_again()
        stream = ChainStream(self, request, self._rules.answer_timeout_s)
        await stream.begin()
        return stream

    async def aclose(self) -> None:
        """Gives all engines back, whatever some of them do."""
        self._closed = True
        trying, self._trying = self._trying, None
        if trying is not None:
            trying.cancel()
            await asyncio.wait([trying], timeout=self._rules.close_timeout_s)
        await asyncio.gather(*(engine.aclose() for engine in self._engines))

    async def __aenter__(self) -> "RecognizerChain":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def next_stream(self, request: RecognitionRequest, after: int) -> Taken:
        """A stream of the engine in use, or of one behind `after`.

        Raises the last engine's error where none takes it.
        """
        failed: EngineError | None = None
        for place, engine in enumerate(self._engines):
            if place <= after or (place < self._active and not engine.ready):
                continue
            made = engine.made
            try:
                await engine.prepare()
                made = engine.made
                recognizer = engine.recognizer()
                _check_language(recognizer.info, request)
                async with asyncio.timeout(self._rules.answer_timeout_s):
                    stream = await recognizer.open(request)
                return Taken(place, made, engine.name, stream)
            except Exception as error:
                failed = engine_error(engine.name, error)
            self.failed(place, made, failed)
        raise failed or EngineUnavailable(
            "No recogniser is left for this utterance.", "See the notices before this one."
        )

    def worked(self, place: int, made: int) -> None:
        """An engine brought an utterance to its end."""
        if self._engines[place].made == made:
            self._engines[place].worked()

    def failed(self, place: int, made: int, error: EngineError) -> None:
        """An engine failed on an utterance. One that was made anew since is not to blame, nor
        one that does not know the language."""
        engine = self._engines[place]
        if isinstance(error, LanguageUnknown) or engine.made != made or self._closed:
            return
        engine.errors += 1
        log.info("%s failed: %s", engine.name, type(error).__name__)
        final = error.retry or not engine.ready
        if place != self._active or len(self._engines) == 1:
            engine.ready = engine.ready and not final
            return
        if final or engine.errors >= self._rules.most_errors:
            self._rest(place, error)

    def _rest(self, place: int, error: EngineError) -> None:
        if place + 1 == len(self._engines):
            return
        engine = self._engines[place]
        engine.rest()
        self._active = place + 1
        following = self._engines[self._active].name
        self._notify(
            f"{engine.name} rests: {error} {following} recognises from now on; "
            f"{engine.name} is tried again in {engine.rest_s:.0f} s."
        )

    def _try_again(self) -> None:
        """Begins to try the best engine that has rested, beside the one that works."""
        if self._trying is not None and not self._trying.done():
            return
        for place, engine in enumerate(self._engines[: self._active]):
            if engine.rested:
                self._trying = asyncio.create_task(self._revive(place))
                return

    async def _revive(self, place: int) -> None:
        engine = self._engines[place]
        try:
            await engine.prepare(fresh=True)
        except Exception as error:
            log.info("%s does not work yet: %s", engine.name, type(error).__name__)
            engine.rest()
            await engine.drop()
            return
        engine.errors = 0
        if place < self._active:
            self._active = place
            self._notify(f"{engine.name} works again and recognises from now on.")


def _check_language(info: EngineInfo, request: RecognitionRequest) -> None:
    if request.language and info.languages and request.language not in info.languages:
        raise LanguageUnknown(info.name, request.language)

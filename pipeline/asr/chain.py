"""Recognisers in order of preference: where one fails, the next takes over."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from domain.engines import EngineInfo, Health
from domain.errors import DragomanError, EngineUnavailable
from domain.languages import name as language_name
from domain.ports import RecognitionRequest, RecognitionStream, Recognizer
from pipeline.asr.chain_stream import ChainStream

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChainRules:
    """When to change. Times are seconds."""

    most_errors: int = 2
    """Errors one after the other after which an engine rests; one is enough where it cannot be
    reached."""
    rest_s: float = 30.0
    """Doubled with each rest that did not help, up to `longest_rest_s`."""
    longest_rest_s: float = 480.0
    health_timeout_s: float = 150.0
    """For an engine that is tried while another one works."""
    answer_timeout_s: float = 60.0
    """Beyond the engines' own time-outs: one that gives no answer at all."""


@dataclass(frozen=True, slots=True)
class Link:
    """An engine by name and how it is made."""

    name: str
    build: Callable[[], Recognizer]


@dataclass(slots=True)
class _State:
    link: Link
    recognizer: Recognizer | None = None
    ready: bool = False
    errors: int = 0
    rests: int = 0
    rested_at: float = 0.0


class RecognizerChain:
    """A recogniser that is the first of its engines that works.

    `first` is an engine of the list that was found healthy. An utterance whose engine fails is
    heard again, from its kept sound, by the next one. The engine that failed is tried again
    after a rest, beside the one that works. `notify` is told every change in plain words.
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
        self._states = [_State(link) for link in links]
        self._notify = notify
        self._rules = rules or ChainRules()
        self._now = now
        self._changing = asyncio.Lock()
        self._trying: asyncio.Task[None] | None = None
        self._active = 0
        if first is not None:
            self._active = [link.name for link in links].index(first[0])
            self._states[self._active].recognizer = first[1]
            self._states[self._active].ready = True

    @property
    def info(self) -> EngineInfo:
        """What the engine that is used now can do."""
        recognizer = self._states[self._active].recognizer
        return recognizer.info if recognizer else EngineInfo(self._states[self._active].link.name)

    async def health(self) -> Health:
        """The health of the engine that is used now."""
        try:
            return await self._engine(self._states[self._active]).health()
        except DragomanError as error:
            return Health(False, error.message, error.remedy)

    async def open(self, request: RecognitionRequest) -> ChainStream:
        """Begins an utterance. Raises EngineError where no engine takes it."""
        self._try_again()
        stream = ChainStream(self, request, self._rules.answer_timeout_s)
        await stream.begin()
        return stream

    async def aclose(self) -> None:
        """Gives all engines back."""
        trying, self._trying = self._trying, None
        if trying is not None:
            trying.cancel()
            await asyncio.wait([trying])
        for state in self._states:
            recognizer, state.recognizer, state.ready = state.recognizer, None, False
            if recognizer is not None:
                await recognizer.aclose()

    async def __aenter__(self) -> "RecognizerChain":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def next_stream(
        self, request: RecognitionRequest, after: int
    ) -> tuple[int, RecognitionStream]:
        """A stream of the engine in use, or of one behind `after`, with its place in the chain.

        Raises the last engine's error where none takes it.
        """
        failed: DragomanError | None = None
        for place, state in enumerate(self._states):
            if place <= after or (place < self._active and not state.ready):
                continue
            try:
                await self._prepare(state)
                recognizer = self._engine(state)
                _check_language(recognizer.info, request)
                async with asyncio.timeout(self._rules.answer_timeout_s):
                    return place, await recognizer.open(request)
            except TimeoutError:
                failed = EngineUnavailable(f"{state.link.name} gave no answer.")
            except DragomanError as error:
                failed = error
            except Exception as error:
                log.warning("A recogniser broke: %s", type(error).__name__)
                failed = EngineUnavailable(f"{state.link.name} broke ({type(error).__name__}).")
            if not isinstance(failed, _OtherLanguage):
                self.failed(place, failed)
        raise failed or EngineUnavailable(
            "No recogniser is left for this utterance.", "See the notices before this one."
        )

    def worked(self, place: int) -> None:
        """An engine brought an utterance to its end."""
        self._states[place].errors = 0
        self._states[place].rests = 0

    def failed(self, place: int, error: Exception) -> None:
        """An engine failed on an utterance."""
        state = self._states[place]
        state.errors += 1
        log.info("%s failed: %s", state.link.name, type(error).__name__)
        final = not isinstance(error, DragomanError) or error.retry or not state.ready
        if place != self._active or len(self._states) == 1:
            state.ready = state.ready and not final
            return
        if final or state.errors >= self._rules.most_errors:
            self._rest(place, error)

    def _rest(self, place: int, error: Exception) -> None:
        state = self._states[place]
        others = [n for n in range(len(self._states)) if n > place]
        if not others:
            return
        state.ready, state.errors = False, 0
        state.rests += 1
        state.rested_at = self._now()
        self._active = others[0]
        why = error.message if isinstance(error, DragomanError) else type(error).__name__
        remedy = f" {error.remedy}" if isinstance(error, DragomanError) and error.remedy else ""
        following = self._states[others[0]].link.name
        self._notify(
            f"{state.link.name} rests: {why}{remedy} {following} recognises from now on; "
            f"{state.link.name} is tried again in {self._rest_s(state):.0f} s."
        )

    def _rest_s(self, state: _State) -> float:
        return min(self._rules.longest_rest_s, self._rules.rest_s * 2.0 ** max(0, state.rests - 1))

    def _try_again(self) -> None:
        """Begins to try the best engine that has rested, beside the one that works."""
        if self._trying is not None and not self._trying.done():
            return
        for place, state in enumerate(self._states[: self._active]):
            if not state.rests or self._now() - state.rested_at < self._rest_s(state):
                continue
            self._trying = asyncio.create_task(self._revive(place))
            return

    async def _revive(self, place: int) -> None:
        state = self._states[place]
        try:
            async with asyncio.timeout(self._rules.health_timeout_s):
                await self._prepare(state, fresh=True)
        except (DragomanError, TimeoutError) as error:
            log.info("%s does not work yet: %s", state.link.name, type(error).__name__)
        except Exception as error:
            log.warning("%s broke while it was tried: %s", state.link.name, type(error).__name__)
        else:
            if place < self._active:
                self._active = place
                self._notify(f"{state.link.name} works again and recognises from now on.")
            return
        state.rests += 1
        state.rested_at = self._now()

    async def _prepare(self, state: _State, fresh: bool = False) -> None:
        """Makes an engine and asks for its health, once. Raises EngineUnavailable."""
        async with self._changing:
            if state.ready:
                return
            old, state.recognizer = (state.recognizer, None) if fresh else (None, state.recognizer)
            if old is not None:
                await old.aclose()
            health = await self._within(self._engine(state).health())
            if not health.ok:
                raise EngineUnavailable(f"{state.link.name}: {health.found}.", health.remedy)
            state.ready = True

    async def _within(self, answer: Awaitable[T]) -> T:
        async with asyncio.timeout(self._rules.health_timeout_s):
            return await answer

    def _engine(self, state: _State) -> Recognizer:
        if state.recognizer is None:
            state.recognizer = state.link.build()
        return state.recognizer


class _OtherLanguage(EngineUnavailable):
    """The engine is well but does not speak the language."""


def _check_language(info: EngineInfo, request: RecognitionRequest) -> None:
    if request.language and info.languages and request.language not in info.languages:
        raise _OtherLanguage(
            f"{info.name} does not know {language_name(request.language)}.",
            "Leave these words to Meet's captions, or set up an engine that does.",
        )

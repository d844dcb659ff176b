"""One engine of a chain: how it is made, whether it works, and its rests."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.engines import EngineInfo, Health
from domain.errors import DragomanError, EngineError, EngineUnavailable
from domain.ports import Recognizer

log = logging.getLogger(__name__)


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
    answer_timeout_s: float = 6.0
    """For a piece of sound; the end of an utterance may take six times as long."""
    close_timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Link:
    """An engine by name and how it is made."""

    name: str
    build: Callable[[], Recognizer]


class ChainEngine:
    """Made when first needed, and afresh after a rest; its health is asked once each time."""

    def __init__(
        self, link: Link, rules: ChainRules, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = link.name
        self.ready = False
        """Found healthy, and not at rest."""
        self.errors = 0
        """One after the other."""
        self.made = 0
        """How often it was made: what an earlier one did says nothing of this one."""
        self._link = link
        self._rules = rules
        self._now = now
        self._recognizer: Recognizer | None = None
        self._preparing = asyncio.Lock()
        self._rests = 0
        self._rested_at = 0.0
        self._closed = False

    @property
    def info(self) -> EngineInfo:
        """What the engine can do, as far as that is known before it is made."""
        return self._recognizer.info if self._recognizer else EngineInfo(self.name)

    @property
    def rest_s(self) -> float:
        """How long the present rest lasts."""
        longest_s = self._rules.longest_rest_s
        return min(longest_s, self._rules.rest_s * 2.0 ** max(0, min(self._rests, 30) - 1))

    @property
    def rested(self) -> bool:
        """It has rested for long enough to be tried."""
        return self._rests > 0 and self._now() - self._rested_at >= self.rest_s

    def take(self, recognizer: Recognizer) -> None:
        """Uses an engine that was found healthy."""
        self._recognizer, self.ready = recognizer, True

    def worked(self) -> None:
        """It brought an utterance to its end."""
        if self.ready:
            self.errors = self._rests = 0

    def rest(self) -> None:
        """Begins a rest, or the next one."""
        self.ready, self.errors = False, 0
        self._rests += 1
        self._rested_at = self._now()

    def recognizer(self) -> Recognizer:
        """The engine, made if need be. Raises EngineUnavailable after the end."""
        if self._closed:
            raise EngineUnavailable(f"{self.name} was closed.")
        if self._recognizer is None:
            self._recognizer = self._link.build()
            self.made += 1
        return self._recognizer

    async def health(self) -> Health:
        """Of the engine as it is."""
        try:
            return await self._ask()
        except EngineError as error:
            return Health(False, error.message.rstrip("."), error.remedy)

    async def prepare(self, *, fresh: bool = False) -> None:
        """Sees to it that the engine is there and healthy. Raises EngineError."""
        if self.ready:
            return
        async with self._preparing:
            await self._prepare(fresh)

    async def _prepare(self, fresh: bool) -> None:
        if self.ready:
            return
        if fresh:
            await self.drop()
        health = await self._ask()
        if not health.ok:
            found = health.found.rstrip(".")
            raise EngineUnavailable(f"{self.name}: {found}.", health.remedy)
        self.recognizer()
        self.ready = True

    async def _ask(self) -> Health:
        try:
            async with asyncio.timeout(self._rules.health_timeout_s):
                return await self.recognizer().health()
        except Exception as error:
            raise engine_error(self.name, error) from error

    async def drop(self) -> None:
        """Gives the engine back; it can be made again."""
        old, self._recognizer, self.ready = self._recognizer, None, False
        if old is not None:
            await close(old, self._rules.close_timeout_s)

    async def aclose(self) -> None:
        """Gives the engine back for good."""
        self._closed = True
        await self.drop()


async def close(recognizer: Recognizer, timeout_s: float) -> None:
    """Gives an engine back; one that fails or hangs at that is left."""
    try:
        async with asyncio.timeout(timeout_s):
            await recognizer.aclose()
    except Exception as error:
        log.warning("A recogniser failed to close: %s", type(error).__name__)


def engine_error(name: str, error: Exception) -> EngineError:
    """Whatever an engine raised, as an error for people."""
    if isinstance(error, EngineError):
        return error
    if isinstance(error, DragomanError):
        wrapped: EngineError = EngineError(error.message, error.remedy)
    elif isinstance(error, TimeoutError):
        wrapped = EngineUnavailable(f"{name} gave no answer in time.", "Try another engine.")
    else:
        log.warning("A recogniser broke: %s", type(error).__name__)
        what = f"{name} broke ({type(error).__name__})."
        wrapped = EngineUnavailable(what, "Try another engine.")
    return wrapped

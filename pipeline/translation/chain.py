"""Several translators as one: the first that can and is well."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from domain.captions import Translation
from domain.clock import Clock
from domain.engines import EngineInfo, Health
from domain.errors import DragomanError, EngineError, EngineUnavailable
from domain.ports import TranslationRequest, Translator
from domain.text import clean
from pipeline.translation.breaker import Breaker
from pipeline.translation.checks import check

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """How long a translator may take and when it is left alone for a while."""

    timeout_s: float = 8.0
    draft_timeout_s: float = 3.0
    failures: int = 3
    """So many in a row open the breaker."""
    rest_s: float = 20.0
    """How long a translator is left alone."""


class TranslatorChain:
    """Tries translators in their order; itself a translator."""

    def __init__(
        self,
        translators: Sequence[Translator],
        clock: Clock,
        settings: ChainSettings | None = None,
    ) -> None:
        self._settings = settings or ChainSettings()
        self._clock = clock
        self._links = [
            (engine, Breaker(clock, self._settings.failures, self._settings.rest_s))
            for engine in translators
        ]
        self.info = EngineInfo("+".join(engine.info.name for engine in translators) or "none")

    async def health(self) -> Health:
        found = [await engine.health() for engine, _ in self._links]
        ok = any(health.ok for health in found)
        remedy = "" if ok else " ".join(h.remedy for h in found if h.remedy)
        return Health(ok, " ".join(health.found for health in found) or "No engine.", remedy)

    def pairs(self) -> frozenset[tuple[str, str]] | None:
        known = [engine.pairs() for engine, _ in self._links]
        if any(pairs is None for pairs in known):
            return None
        return frozenset().union(*(pairs for pairs in known if pairs is not None))

    async def translate(self, request: TranslationRequest) -> Translation:
        able = [link for link in self._links if _can(link[0], request)]
        if not able:
            raise EngineError(
                f"No engine translates from {request.source or 'an unknown language'} "
                f"to {request.target}.",
                "Install or configure one that does.",
            )
        last: DragomanError = EngineUnavailable(
            "Every translation engine for this direction rests after failures."
        )
        for engine, breaker in able:
            if breaker.allows():
                try:
                    return await self._try(engine, breaker, request)
                except EngineError as error:
                    last = error
        raise last

    async def aclose(self) -> None:
        async with AsyncExitStack() as stack:
            for engine, _ in self._links:
                stack.push_async_callback(engine.aclose)

    async def _try(
        self, engine: Translator, breaker: Breaker, request: TranslationRequest
    ) -> Translation:
        limit = self._settings.draft_timeout_s if request.draft else self._settings.timeout_s
        try:
            async with asyncio.timeout(limit):
                result = await engine.translate(request)
        except asyncio.CancelledError:
            breaker.release()
            raise
        except TimeoutError as error:
            breaker.failed()
            raise EngineUnavailable(f"{engine.info.name} took longer than {limit:g} s.") from error
        except EngineUnavailable:
            breaker.failed()
            raise
        except EngineError:
            breaker.release()
            raise
        except Exception as error:
            breaker.failed()
            log.exception("Translator %s broke", engine.info.name)
            raise EngineUnavailable(f"{engine.info.name} broke.") from error
        breaker.succeeded()
        check(result.text, request)
        text = clean(result.text, len(result.text))
        if text != result.text:
            check(text, request)
        hops = result.hops or (request.source, request.target)
        return replace(
            result,
            text=text,
            engine=result.engine or engine.info.name,
            hops=hops,
            stamp_s=self._clock.now_s(),
        )


def _can(engine: Translator, request: TranslationRequest) -> bool:
    pairs = engine.pairs()
    return pairs is None or (request.source, request.target) in pairs

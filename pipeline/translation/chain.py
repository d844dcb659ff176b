"""Several translators as one: the first that can and is well."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from domain.captions import Translation
from domain.clock import Clock
from domain.engines import EngineInfo, Health
from domain.errors import DragomanError, EngineError, EngineUnavailable
from domain.ports import TranslationRequest, Translator
from domain.text import clean
from pipeline.translation.breaker import Breaker
from pipeline.translation.checks import check
from pipeline.translation.protect import lost
from pipeline.translation.quality import doubtful
from pipeline.translation.wording import asked, unmet

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
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Engines by name for some directions, such as en-ja, *-ja or en-*, in their own order."""


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
        self.info = EngineInfo(
            "+".join(engine.info.name for engine in translators) or "none",
            needs=tuple(need for engine in translators for need in engine.info.needs),
        )

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
        able = self._able(request)
        if not able:
            raise EngineError(
                f"No engine translates from {request.source or 'an unknown language'} "
                f"to {request.target}.",
                "Install or configure one that does.",
            )
        last: DragomanError = EngineUnavailable(
            "Every translation engine for this direction rests after failures."
        )
        unworded: Translation | None = None
        for engine, breaker in able:
            if breaker.allows():
                try:
                    result = await self._try(engine, breaker, request)
                except EngineError as error:
                    last = error
                    continue
                if not unmet(result.text, asked(request)):
                    return result
                unworded = unworded or result
        if unworded is None:
            raise last
        return unworded

    async def aclose(self) -> None:
        async with AsyncExitStack() as stack:
            for engine, _ in self._links:
                stack.push_async_callback(engine.aclose)

    def states(self) -> dict[str, str]:
        """Each engine's breaker: closed, open or half-open."""
        return {engine.info.name: breaker.state for engine, breaker in self._links}

    def _able(self, request: TranslationRequest) -> list[tuple[Translator, Breaker]]:
        """The engines for a direction, in their order."""
        source, target = request.source, request.target
        routes = self._settings.routes
        wanted = (f"{source}-{target}", f"{source}-*", f"*-{target}")
        route = next((routes[name] for name in wanted if name in routes), None)
        able = [link for link in self._links if _can(link[0], request)]
        if route is None:
            return able
        chosen = [link for link in able if link[0].info.name in route]
        return sorted(chosen, key=lambda link: route.index(link[0].info.name))

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
        return self._proven(engine, request, result)

    def _proven(
        self, engine: Translator, request: TranslationRequest, result: Translation
    ) -> Translation:
        """The result, checked, cleaned and judged. Raises EngineError for what is none."""
        check(result.text, request)
        text = clean(result.text, len(result.text))
        if text != result.text:
            check(text, request)
        if lost(request.text, text, request.terms):
            raise EngineError("The translation lost a name or term that must stay as it is.")
        result = replace(
            result,
            text=text,
            engine=result.engine or engine.info.name,
            hops=result.hops or (request.source, request.target),
            stamp_s=self._clock.now_s(),
        )
        return replace(result, doubtful=doubtful(result, request))


def _can(engine: Translator, request: TranslationRequest) -> bool:
    pairs = engine.pairs()
    return pairs is None or (request.source, request.target) in pairs

"""One translator for many who ask: each text once, at a pace that is known."""

import logging
from collections.abc import Callable
from dataclasses import replace

from domain.captions import Translation
from domain.clock import Clock
from domain.errors import DragomanError, EngineError
from domain.events import Event, StageTimed
from domain.ports import TranslationRequest, Translator
from pipeline.glossary import Found
from pipeline.translation.cache import Key, TranslationCache

log = logging.getLogger(__name__)

LARGEST_STEP = 6
WORD_S = 0.3
"""About the time in which a word is spoken."""
LOW_QUALITY = 0.3
"""At most that much of a translation that lacks a glossary term."""


class Answers:
    """Answers from the cache or asks the translator."""

    def __init__(
        self,
        translator: Translator,
        clock: Clock,
        cache: TranslationCache,
        notify: Callable[[Event], None],
        glossary: str,
    ) -> None:
        self._translator = translator
        self._clock = clock
        self._notify = notify
        self._last: dict[tuple[str, str], str] = {}
        """Direction -> the engine that answered last."""
        self._pace_s = 0.0
        """Seconds a translation takes, the newest weighing most."""
        self.cache = cache
        self._glossary = glossary

    async def get(self, request: TranslationRequest) -> Translation:
        """The translation, kept or new. Raises DragomanError."""
        direction = request.source, request.target
        key = Key(
            request.text,
            *direction,
            self._glossary + _applies(request),
            self._last.get(direction, self._translator.info.name),
            request.draft,
        )
        try:
            result = await self.cache.get(key, lambda: self._timed(request), request.shown)
        except DragomanError:
            raise
        except Exception as error:
            log.exception("A translation broke")
            raise EngineError("The translation engine broke.") from error
        self._last[direction] = result.engine or self._translator.info.name
        return result

    def step(self, targets: int) -> int:
        """New words that are worth a draft into so many languages at this pace."""
        return min(LARGEST_STEP, 1 + int(self._pace_s * targets / WORD_S))

    def can(self, direction: tuple[str, str]) -> bool:
        """Whether any engine has the direction."""
        pairs = self._translator.pairs()
        return pairs is None or direction in pairs

    async def aclose(self) -> None:
        """Closes the translator."""
        await self._translator.aclose()

    async def _timed(self, request: TranslationRequest) -> Translation:
        began_s = self._clock.now_s()
        result = await self._translator.translate(request)
        now_s = self._clock.now_s()
        self._pace_s += 0.2 * (now_s - began_s - self._pace_s)
        self._notify(StageTimed("translate", now_s - began_s, now_s))
        return result


def _applies(request: TranslationRequest) -> str:
    """The names and terms of a text: people who join change the key of what names them only."""
    terms, wording = request.terms, request.wording
    return repr((terms, wording)) if terms or wording else ""


def check_terms(result: Translation, request: TranslationRequest) -> Translation:
    """The translation, marked doubtful with a word to the reader where a term is missing."""
    missing = Found(request.terms, request.wording).missing(result.text)
    if not missing:
        return result
    return replace(
        result,
        quality=min(LOW_QUALITY, 1.0 if result.quality is None else result.quality),
        doubtful=True,
        error=f"The glossary asks for: {', '.join(missing)}.",
    )

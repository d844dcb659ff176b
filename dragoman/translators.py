"""The translators that the settings ask for, in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from domain.engines import load
from domain.errors import DragomanError
from domain.ports import TranslationRequest, Translator
from dragoman.groups.translation import TranslationGroup
from pipeline.translation import ENGINES
from pipeline.translation.openai import OpenAISettings

log = logging.getLogger(__name__)

WARM_UP_TEXT = "Hello."
WARM_UP_S = 5.0


def build_translators(settings: TranslationGroup) -> list[Translator]:
    """Engines that are set up; a server that has no address is left out.

    Raises UsageError for an unknown engine.
    """
    built: list[Translator] = []
    for name in settings.engines:
        engine = load(ENGINES, name)
        if name == "openai":
            if settings.openai_url:
                built.append(engine(_server(settings)))
        else:
            built.append(engine())
    return built


def _server(settings: TranslationGroup) -> OpenAISettings:
    return OpenAISettings(
        base_url=settings.openai_url,
        model=settings.openai_model,
        api_key=settings.openai_key.get_secret_value(),
    )


@asynccontextmanager
async def open_translators(
    settings: TranslationGroup, sources: Sequence[str]
) -> AsyncIterator[list[Translator]]:
    """The translators, warmed up for the languages that are expected, closed at the end."""
    translators = build_translators(settings)
    try:
        pairs = [(s, t) for s in sources or ("en",) for t in settings.targets if s != t]
        await asyncio.gather(*(_warm_up(t, pairs) for t in translators))
        yield translators
    finally:
        for translator in translators:
            await translator.aclose()


def missing_pairs(
    translators: Sequence[Translator], sources: Sequence[str], targets: Sequence[str]
) -> list[tuple[str, str]]:
    """Directions that are asked for and that nothing here can do."""
    able = [translator.pairs() for translator in translators]
    return [
        (source, target)
        for source in sources or ("en",)
        for target in targets
        if source != target
        and not any(pairs is None or (source, target) in pairs for pairs in able)
    ]


async def _warm_up(translator: Translator, pairs: Sequence[tuple[str, str]]) -> None:
    """Lets an engine load what it needs before the first sentence waits for it."""
    able = translator.pairs()
    for source, target in pairs:
        if able is not None and (source, target) not in able:
            continue
        try:
            async with asyncio.timeout(WARM_UP_S):
                await translator.translate(TranslationRequest(WARM_UP_TEXT, source, target))
        except (DragomanError, TimeoutError) as error:
            log.info("no warm-up of %s: %s", translator.info.name, type(error).__name__)

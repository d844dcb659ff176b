"""The translators that the settings ask for, in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from domain.engines import load
from domain.errors import DragomanError
from domain.ports import TranslationRequest, Translator
from dragoman.groups.translation import TranslationGroup
from pipeline.translation import ENGINES
from pipeline.translation.chain import ChainSettings
from pipeline.translation.ctranslate import CTranslateSettings
from pipeline.translation.ctranslate_model import Decoding
from pipeline.translation.openai import OpenAISettings
from pipeline.translation.seamless import SeamlessSettings

log = logging.getLogger(__name__)

WARM_UP_TEXT = "Hello."
WARM_UP_S = 5.0


def build_translators(settings: TranslationGroup) -> list[Translator]:
    """Engines that are set up; those without an address or a folder are left out.

    Raises UsageError for an unknown engine.
    """
    built: list[Translator] = []
    for name in settings.engines:
        made = _ARGUMENTS.get(name, _nothing)(settings)
        if made is not None:
            built.append(load(ENGINES, name)(*made))
    return built


def chain_settings(settings: TranslationGroup) -> ChainSettings:
    """How the chain of these translators behaves."""
    return ChainSettings(timeout_s=settings.timeout_s, routes=settings.routes)


def _nothing(settings: TranslationGroup) -> tuple[Any, ...] | None:
    return ()


def _server(settings: TranslationGroup) -> tuple[Any, ...] | None:
    if not settings.openai_url:
        return None
    return (
        OpenAISettings(
            base_url=settings.openai_url,
            model=settings.openai_model,
            api_key=settings.openai_key.get_secret_value(),
            max_at_once=settings.openai_at_once,
        ),
    )


def _folders(settings: TranslationGroup) -> tuple[Any, ...] | None:
    if not settings.models:
        return None
    decoding = Decoding(settings.device, settings.compute_type, settings.threads, settings.beam)
    folders = tuple(folder.expanduser() for folder in settings.models)
    return (CTranslateSettings(folders, decoding, settings.models_memory_mb * 1_000_000),)


def _seamless(settings: TranslationGroup) -> tuple[Any, ...] | None:
    if settings.seamless_folder is None:
        return None
    return (SeamlessSettings(settings.seamless_folder.expanduser(), settings.device),)


_ARGUMENTS: dict[str, Callable[[TranslationGroup], tuple[Any, ...] | None]] = {
    "openai": _server,
    "ctranslate2": _folders,
    "seamless": _seamless,
}
"""Engine -> what its class is given, or None where it is not set up."""


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

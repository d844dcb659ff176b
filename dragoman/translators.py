"""The translators that the settings ask for, in order."""

from domain.engines import load
from domain.ports import Translator
from dragoman.settings import TranslationGroup
from pipeline.translation import ENGINES
from pipeline.translation.openai import OpenAISettings


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

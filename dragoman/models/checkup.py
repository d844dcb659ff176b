"""What `dragoman doctor` tells of models: which are here, and what their licences bar."""

import asyncio

from domain.engines import Health
from dragoman.models.catalogue import catalogue
from dragoman.models.hub import Hub
from dragoman.settings import Settings
from pipeline.translation.licences import licence_of
from pipeline.translation.model_folders import find


async def models_here(settings: Settings) -> Health:
    """Models of the catalogue that lie in the hub's cache; the hub is not asked."""
    hub = Hub(settings.models.hub)
    models = catalogue()
    found = await asyncio.to_thread(lambda: [m.name for m in models if hub.folder(m)])
    if found:
        return Health(True, f"{', '.join(found)} in {hub.cache}")
    return Health(
        False, f"no model of the catalogue in {hub.cache}", "See what suits: dragoman models"
    )


async def translation_models(settings: Settings) -> Health:
    """Models converted for CTranslate2 in the folders that are set."""
    folders = [folder.expanduser() for folder in settings.translation.models]
    if not folders:
        return Health(
            False,
            "no folder of models for CTranslate2 is set",
            "Convert some and set translation.models; see docs/models.md.",
        )
    models = await asyncio.to_thread(find, folders)
    whole = [model.path.name for model in models if not model.problem]
    broken = [f"{model.path.name}: {model.problem}" for model in models if model.problem]
    if broken or not whole:
        what = "; ".join(broken) or f"no model in {', '.join(map(str, folders))}"
        return Health(False, what, "Convert or copy the whole folder again.")
    return Health(True, ", ".join(whole))


async def licences(settings: Settings) -> Health:
    """Whether a model that is set up bars commercial use."""
    names = await asyncio.to_thread(_set_up, settings)
    barred = [name for name in names if _bars(name)]
    if not barred:
        return Health(True, "no model that is set up bars commercial use, as far as is known")
    return Health(
        False,
        f"no commercial use: {', '.join(barred)}",
        "For commercial use take OPUS-MT, M2M-100 or Hy-MT2.",
    )


def _set_up(settings: Settings) -> list[str]:
    translation = settings.translation
    folders = [folder.expanduser() for folder in translation.models]
    names = [model.path.name for model in find(folders)] if folders else []
    if translation.seamless_folder is not None and "seamless" in translation.engines:
        names.append("seamless")
    return [name for name in (*names, translation.openai_model) if name]


def _bars(name: str) -> bool:
    licence = licence_of(name)
    return licence is not None and licence.commercial is False

"""What works on this machine, what is missing, and what to do about it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.browser import find_browser
from bot.pulse import check as check_sink
from domain.engines import Health
from domain.errors import DragomanError
from dragoman.hearing import recognizer_builders
from dragoman.settings import Settings
from dragoman.store import open_stores
from dragoman.webcam import examine_webcam
from overlay.fonts import missing_fonts

LEAST_FREE_GB = 2.0


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    name: str
    health: Health
    essential: bool = True
    """Without it, the bot cannot do its work as it is set up."""


async def examine(settings: Settings) -> list[Check]:
    """Runs every check; none of them changes anything but the empty database it may make."""
    return [
        Check("browser", await _guarded(lambda: _browser(settings))),
        Check("private display", await _guarded(_display), essential=False),
        Check("sound sink", await _guarded(_sink), essential=False),
        Check("fonts", await _guarded(lambda: _fonts(settings))),
        *await _recognisers(settings),
        *await _diarizers(settings),
        *await _translators(settings),
        *await _voices(settings),
        *await _models(settings),
        Check("database", await _guarded(lambda: _database(settings))),
        Check("disk", await _guarded(lambda: _disk(settings))),
        Check("virtual webcam", await _guarded(lambda: _webcam(settings)), essential=False),
    ]


async def _guarded(check: Callable[[], Awaitable[Health]]) -> Health:
    try:
        async with asyncio.timeout(20):
            return await check()
    except DragomanError as error:
        return Health(False, error.message, error.remedy)
    except TimeoutError:
        return Health(False, "gave no answer in 20 s", "Try again when the machine is idle.")


async def _browser(settings: Settings) -> Health:
    path = await asyncio.to_thread(find_browser, str(settings.bot.browser or ""))
    process = await asyncio.create_subprocess_exec(
        path, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    version, _ = await process.communicate()
    return Health(process.returncode == 0, f"{version.decode().strip()} ({path})")


async def _display() -> Health:
    path = await asyncio.to_thread(shutil.which, "Xvfb")
    if path is None:
        return Health(False, "Xvfb is missing", "Install it (apt install xvfb), or run headless.")
    return Health(True, f"Xvfb ({path}): real meetings run in a window on a private display")


async def _sink() -> Health:
    return await asyncio.to_thread(check_sink)


async def _fonts(settings: Settings) -> Health:
    languages = ("en", *settings.translation.targets, "ja", "ar", "he", "hi", "th")
    missing = await asyncio.to_thread(missing_fonts, tuple(dict.fromkeys(languages)))
    if not missing:
        return Health(True, "Noto fonts for Latin, CJK, Arabic, Hebrew, Devanagari and Thai")
    return Health(False, "; ".join(map(str, missing)), "Install the packages named.")


async def _recognisers(settings: Settings) -> list[Check]:
    checks = []
    wanted = settings.hearing.engine
    builders = recognizer_builders(settings.hearing, fetch=False)
    for name in sorted(set(builders) - {"scripted", "meet-captions"}):
        essential = wanted == name or (wanted == "auto" and name == "pocketsphinx")
        checks.append(Check(f"speech: {name}", await _guarded(_healthy(builders[name])), essential))
    checks.append(
        Check("speech: meet-captions", Health(True, "words of Meet's own captions, any language"))
    )
    return checks


class _Engine(Protocol):
    async def health(self) -> Health: ...
    async def aclose(self) -> None: ...


def _healthy(build: Callable[[], _Engine]) -> Callable[[], Awaitable[Health]]:
    async def check() -> Health:
        engine = build()
        try:
            return await engine.health()
        finally:
            await engine.aclose()

    return check


async def _diarizers(settings: Settings) -> list[Check]:
    from dragoman.speakers import diarizer_builders

    builders = diarizer_builders(settings.speakers, fetch=False)
    return [
        Check(
            f"speakers: {name}",
            await _guarded(_healthy(builders[name])),
            essential=settings.speakers.diarizer == name,
        )
        for name in sorted(set(builders) - {"scripted", "none"})
    ]


async def _voices(settings: Settings) -> list[Check]:
    from dragoman.voices import voice_builders

    builders = voice_builders(settings.voice)
    return [
        Check(
            f"voice: {name}",
            await _guarded(_healthy(builders[name])),
            essential=settings.voice.engine == name,
        )
        for name in sorted(builders)
    ]


async def _models(settings: Settings) -> list[Check]:
    from dragoman.models.checkup import licences, models_here, translation_models

    return [
        Check("models", await _guarded(lambda: models_here(settings)), essential=False),
        Check(
            "models: translation",
            await _guarded(lambda: translation_models(settings)),
            essential=bool(settings.translation.models),
        ),
        Check("licences", await _guarded(lambda: licences(settings)), essential=False),
    ]


async def _translators(settings: Settings) -> list[Check]:
    from dragoman.translators import build_translators

    checks = []
    for translator in build_translators(settings.translation):
        try:
            health = await _guarded(translator.health)
            checks.append(Check(f"translation: {translator.info.name}", health))
        finally:
            await translator.aclose()
    if not settings.translation.openai_url:
        remedy = "Set translation.openai_url and translation.openai_model in dragoman.toml."
        missing = Health(False, "no OpenAI-compatible server is set up", remedy)
        checks.append(Check("translation: openai", missing, essential=False))
    return checks


async def _database(settings: Settings) -> Health:
    async with open_stores(settings) as stores:
        count = len(await stores.meetings.recent(10_000))
    return Health(True, f"{count} meetings in {stores.database.where}")


async def _disk(settings: Settings) -> Health:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9
    remedy = f"Free some space, or choose another folder with --data (at least {LEAST_FREE_GB} GB)."
    ok = free_gb >= LEAST_FREE_GB
    return Health(ok, f"{free_gb:.1f} GB free in {folder}", "" if ok else remedy)


async def _webcam(settings: Settings) -> Health:
    return await examine_webcam(settings.camera.webcam)

"""The diarizer that the settings ask for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from domain.engines import load
from domain.errors import UsageError
from domain.events import Event, Notice
from domain.ports import Diarizer
from dragoman.groups.speakers import SpeakersGroup
from pipeline.diarization import ENGINES
from pipeline.diarization.choose import choose
from pipeline.diarization.enrol import VoiceModel
from pipeline.diarization.light import Light, LightSettings
from pipeline.diarization.pyannote import RULES, Pyannote, PyannoteSettings


@asynccontextmanager
async def open_diarizer(
    settings: SpeakersGroup, notify: Callable[[Event], None]
) -> AsyncIterator[Diarizer]:
    """Chooses an engine, tells why, and gives it back at the end. Raises MissingError."""
    diarizer, reason = await choose(_wanted(settings), diarizer_builders(settings))
    notify(Notice("diarizer", reason, 0.0))
    try:
        yield diarizer
    finally:
        await diarizer.aclose()


@asynccontextmanager
async def open_voice_model(settings: SpeakersGroup) -> AsyncIterator[VoiceModel]:
    """The same engine as something that enrols people. Raises UsageError where it cannot."""
    async with open_diarizer(settings, lambda event: None) as diarizer:
        if not isinstance(cast(object, diarizer), VoiceModel):
            raise UsageError(
                f"The diarizer {diarizer.info.name} cannot enrol anybody.",
                "Set speakers.diarizer to light or pyannote.",
            )
        yield cast(VoiceModel, diarizer)


def diarizer_builders(
    settings: SpeakersGroup, *, fetch: bool = True
) -> dict[str, Callable[[], Diarizer]]:
    """Every engine's name and how it is made as set up; without `fetch` none downloads a model."""
    builders: dict[str, Callable[[], Diarizer]] = {
        name: load(ENGINES, name) for name in ("none", "scripted")
    }
    path = settings.model_path.expanduser() if settings.model_path else None
    folder = path if path and not _is_speaker_model(settings) else None
    pyannote = PyannoteSettings(
        model=str(folder or settings.model),
        token=settings.hub_token.get_secret_value(),
        allow_download=settings.allow_download and fetch,
        device=settings.device,
        step_s=settings.step_s,
        recognise=settings.recognise or RULES.recognise,
    )
    light = LightSettings(
        model_path=path if _is_speaker_model(settings) else None, recognise=settings.recognise
    )
    builders["pyannote"] = lambda: Pyannote(pyannote)
    builders["light"] = lambda: Light(light)
    return builders


def _wanted(settings: SpeakersGroup) -> str:
    """A speaker model that is given is meant to be used."""
    if settings.diarizer == "auto" and _is_speaker_model(settings):
        return "light"
    return settings.diarizer


def _is_speaker_model(settings: SpeakersGroup) -> bool:
    return settings.model_path is not None and settings.model_path.suffix == ".onnx"

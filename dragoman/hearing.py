"""The recogniser that the settings ask for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from domain.engines import load
from domain.events import Event, Notice
from domain.ports import Recognizer
from dragoman.groups.hearing import HearingGroup
from pipeline.asr import ENGINES
from pipeline.asr.choose import choose
from pipeline.asr.faster_whisper import FasterWhisper, FasterWhisperSettings
from pipeline.asr.openai_audio import OpenAIAudio, OpenAIAudioSettings


@asynccontextmanager
async def open_recognizer(
    settings: HearingGroup, notify: Callable[[Event], None]
) -> AsyncIterator[Recognizer]:
    """Chooses an engine, tells why, and gives it back at the end. Raises MissingError."""
    recognizer, reason = await choose(settings.engine, recognizer_builders(settings))
    notify(Notice("recognizer", reason, 0.0))
    try:
        yield recognizer
    finally:
        await recognizer.aclose()


def recognizer_builders(
    settings: HearingGroup, *, fetch: bool = True
) -> dict[str, Callable[[], Recognizer]]:
    """Every engine's name and how it is made as set up; without `fetch` none downloads a model."""
    builders: dict[str, Callable[[], Recognizer]] = {
        name: load(ENGINES, name) for name in ("pocketsphinx", "meet-captions", "scripted")
    }
    whisper = FasterWhisperSettings(
        model=settings.model,
        path=str(settings.model_path or ""),
        device=settings.device,
        compute_type=settings.compute_type,
        step_s=settings.step_s,
        allow_download=settings.allow_download and fetch,
        languages=settings.languages,
    )
    server = OpenAIAudioSettings(
        base_url=settings.openai_url,
        model=settings.openai_model,
        api_key=settings.openai_key.get_secret_value(),
        step_s=settings.step_s,
    )
    builders["faster-whisper"] = lambda: FasterWhisper(whisper)
    builders["openai-audio"] = lambda: OpenAIAudio(server)
    return builders

"""The recogniser that the settings ask for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from domain.engines import load
from domain.events import Event, Notice
from domain.ports import Recognizer
from dragoman.groups.hearing import HearingGroup
from pipeline.asr import AUTO_ORDER, ENGINES
from pipeline.asr.chain import Link, RecognizerChain
from pipeline.asr.choose import choose
from pipeline.asr.faster_whisper import FasterWhisper, FasterWhisperSettings
from pipeline.asr.openai_audio import OpenAIAudio
from pipeline.asr.openai_server import OpenAIAudioSettings
from pipeline.asr.openvino_whisper import OpenVinoSettings, OpenVinoWhisper
from pipeline.asr.realtime import Realtime

SERVER_STEP_S = 1.0
CAPTIONS = "meet-captions"


@asynccontextmanager
async def open_recognizer(
    settings: HearingGroup, notify: Callable[[Event], None], kept: Path | None = None
) -> AsyncIterator[Recognizer]:
    """Chooses an engine, tells why, and gives it back at the end.

    With `auto`, the engines behind the chosen one take over where it fails, and those before it
    are tried again after a rest. `kept` is a folder
    for what was measured and compiled here. Raises MissingError.
    """

    def tell(text: str) -> None:
        notify(Notice("recognizer", text, 0.0))

    builders = recognizer_builders(settings, kept=kept, tell=tell)
    recognizer, reason = await choose(settings.engine, builders)
    tell(reason)
    name = recognizer.info.name
    order = [each for each in AUTO_ORDER if each != CAPTIONS]
    if settings.engine == "auto" and name in order:
        links = [Link(each, builders[each]) for each in order]
        recognizer = RecognizerChain(links, tell, first=(name, recognizer))
    try:
        yield recognizer
    finally:
        await recognizer.aclose()


def recognizer_builders(
    settings: HearingGroup,
    *,
    fetch: bool = True,
    kept: Path | None = None,
    tell: Callable[[str], None] = lambda _text: None,
) -> dict[str, Callable[[], Recognizer]]:
    """Every engine's name and how it is made as set up; without `fetch` none downloads a model.

    `tell` gets what engines say of themselves.
    """
    builders: dict[str, Callable[[], Recognizer]] = {
        name: load(ENGINES, name) for name in ("pocketsphinx", CAPTIONS, "scripted")
    }
    whisper = FasterWhisperSettings(
        model=settings.model,
        path=str(settings.model_path or ""),
        device=settings.device,
        compute_type=settings.compute_type,
        step_s=settings.step_s,
        allow_download=settings.allow_download and fetch,
        languages=settings.languages,
        beam_size=settings.beam_size,
        short_window=settings.short_window,
        speakers=settings.speakers,
        batch=settings.batch,
    )
    server = _server(settings)
    openvino = OpenVinoSettings(
        path=str(settings.openvino_path or ""),
        device=settings.openvino_device,
        cache=str(settings.openvino_cache or (kept / "openvino" if kept else "")),
        step_s=server.step_s,
        languages=settings.languages,
    )
    measured = kept / "speeds.json" if kept else None
    builders["faster-whisper"] = lambda: FasterWhisper(whisper, measured=measured)
    builders["openvino"] = lambda: OpenVinoWhisper(openvino, notify=tell)
    builders["openai-audio"] = lambda: OpenAIAudio(server)
    builders["realtime"] = lambda: Realtime(server)
    return builders


def _server(settings: HearingGroup) -> OpenAIAudioSettings:
    return OpenAIAudioSettings(
        base_url=settings.openai_url,
        model=settings.openai_model,
        api_key=settings.openai_key.get_secret_value(),
        step_s=SERVER_STEP_S if settings.step_s is None else settings.step_s,
    )

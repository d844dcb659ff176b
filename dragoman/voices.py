"""The voices that the settings ask for, and where they are heard."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.microphone import Microphone
from domain.clock import Clock
from domain.engines import load
from domain.errors import MissingError
from domain.events import Event, Notice
from domain.languages import name
from domain.ports import Voice
from dragoman.groups.voice import VoiceGroup
from pipeline.voice import ENGINES
from pipeline.voice.chain import VoiceChain
from pipeline.voice.choose import choose
from pipeline.voice.espeak import EspeakSettings
from pipeline.voice.kokoro import KokoroSettings
from pipeline.voice.openvino_kokoro import OpenVinoKokoroSettings
from pipeline.voice.own_speech import OwnSpeech
from pipeline.voice.pace import PaceSettings
from pipeline.voice.spoken import Outlet, SpokenSettings, SpokenTranslations
from web.listen import SpeechFeed


@asynccontextmanager
async def open_voices(
    settings: VoiceGroup, languages: Sequence[str], notify: Callable[[Event], None]
) -> AsyncIterator[VoiceChain]:
    """Chooses voices, tells why, and gives them back at the end.

    Where nobody can listen, or `auto` finds nothing, an empty chain speaks no language.
    Raises MissingError where the engine that was named does not work.
    """
    if not languages or not (settings.listen or settings.microphone_language):
        yield VoiceChain([])
        return
    language = settings.microphone_language or languages[0]
    try:
        chain, reason = await choose(settings.engine, voice_builders(settings), language)
    except MissingError as error:
        if settings.engine != "auto" or settings.microphone_language:
            raise
        chain, reason = VoiceChain([]), str(error)
    notify(Notice("voice", reason, 0.0))
    if settings.microphone_language and not chain.speaks(settings.microphone_language):
        text = f"No voice here speaks {name(settings.microphone_language)}; the bot stays silent."
        notify(Notice("no_voice", text, 0.0))
    try:
        yield chain
    finally:
        await chain.aclose()


def voice_builders(settings: VoiceGroup) -> dict[str, Callable[[], Voice]]:
    """Every engine's name and how it is made as set up; nothing is loaded by building."""
    kokoro = KokoroSettings(
        model=settings.kokoro_model,
        voices=settings.voices,
        device=settings.device.lower() if settings.device.lower() in ("cpu", "cuda") else "",
        allow_download=settings.allow_download,
    )
    openvino = OpenVinoKokoroSettings(
        model=settings.openvino_model,
        voices=settings.voices,
        device=settings.device.upper() if settings.device.lower() != "cuda" else "",
    )
    espeak = EspeakSettings(voices=settings.voices if settings.engine == "espeak-ng" else {})
    return {
        "kokoro": lambda: load(ENGINES, "kokoro")(kokoro),
        "openvino-kokoro": lambda: load(ENGINES, "openvino-kokoro")(openvino),
        "espeak-ng": lambda: load(ENGINES, "espeak-ng")(espeak),
    }


@dataclass(frozen=True, slots=True)
class Heard:
    """Who plays speech: viewers and, where a language is set, the meeting."""

    feed: SpeechFeed
    microphone: Microphone
    own: OwnSpeech = field(default_factory=OwnSpeech)


def speech_feed(settings: VoiceGroup, voice: VoiceChain, languages: Sequence[str]) -> SpeechFeed:
    """The languages that viewers may listen to."""
    feed = SpeechFeed([])
    offer_speech(feed, settings, voice, languages)
    return feed


def offer_speech(
    feed: SpeechFeed, settings: VoiceGroup, voice: VoiceChain, languages: Sequence[str]
) -> None:
    """Lets viewers listen to these languages, as far as they are spoken here."""
    wanted = languages if settings.listen else ()
    feed.offered = tuple(code for code in wanted if voice.speaks(code))


def spoken_translations(
    settings: VoiceGroup,
    voice: VoiceChain,
    clock: Clock,
    heard: Heard,
    notify: Callable[[Event], None],
) -> SpokenTranslations:
    """The CaptionSink that speaks; an async context manager."""
    outlets = [Outlet(heard.feed, heard.feed.languages, originals=settings.originals)]
    if settings.microphone_language:
        into_the_meeting = frozenset({settings.microphone_language})
        outlets.append(Outlet(heard.microphone, lambda: into_the_meeting, own=heard.own))
    pace = PaceSettings(
        calm_s=settings.calm_s,
        late_s=settings.late_s,
        fastest=settings.fastest,
        stale_s=max(20.0, settings.late_s * 2),
    )
    return SpokenTranslations(voice, clock, outlets, notify, SpokenSettings(pace))

"""The pipeline of a meeting, from engines to stored captions: for bots and for recorded sound."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from domain.clock import Clock, MeetingClock
from domain.meetings import Meeting
from domain.ports import CaptionSink, Recognizer, Translator
from dragoman.hearing import open_recognizer
from dragoman.hub import Hub
from dragoman.settings import Settings
from dragoman.store import Stores
from dragoman.translators import open_translators
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import TranslationDesk
from pipeline.glossary import Glossary
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener
from pipeline.translation.chain import ChainSettings, TranslatorChain
from storage.writer import SegmentWriter


@dataclass(frozen=True, slots=True)
class Engines:
    """What hears and translates; loaded before the meeting is joined."""

    recognizer: Recognizer
    translators: list[Translator]


@asynccontextmanager
async def open_engines(settings: Settings, hub: Hub) -> AsyncIterator[Engines]:
    """The engines that the settings ask for, warmed up, closed at the end.

    Raises DragomanError.
    """
    async with AsyncExitStack() as stack:
        recognizer = await stack.enter_async_context(open_recognizer(settings.hearing, hub.publish))
        translators = await stack.enter_async_context(
            open_translators(settings.translation, settings.hearing.languages)
        )
        yield Engines(recognizer, translators)


@dataclass(frozen=True, slots=True)
class StageSettings:
    """How sound is heard here."""

    clock: Clock
    stepped: bool = False
    """Time follows the sound: nothing is live, and no drafts are translated."""
    captions: bool = True
    """Meet's captions come with the sound."""
    flush_s: float = 10.0
    """Longest wait for the last translations."""
    sinks: Sequence[CaptionSink] = field(default=())
    """Who wants captions, besides the storage."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What hears, says and writes."""

    listener: Listener
    captioner: Captioner
    desk: TranslationDesk
    writer: SegmentWriter


@asynccontextmanager
async def build_stage(
    meeting: Meeting, engines: Engines, settings: Settings, stores: Stores, hub: Hub,
    how: StageSettings,
) -> AsyncIterator[Stage]:  # fmt: skip
    """Builds the pipeline and unwinds it in order. Raises DragomanError."""
    async with AsyncExitStack() as stack:
        journal = settings.data_dir / "meetings" / meeting.id / "segments.jsonl"
        writer = await stack.enter_async_context(
            SegmentWriter(stores.transcripts, meeting.id, journal, hub.publish, how.clock)
        )
        desk = _desk(engines, settings, hub, how)
        captioner = await stack.enter_async_context(
            Captioner(
                CaptionSettings(
                    meeting_id=meeting.id,
                    targets=meeting.languages,
                    drafts=not how.stepped,
                    flush_s=how.flush_s,
                ),
                how.clock,
                desk=desk,
                sinks=(*how.sinks, writer),
                notify=hub.publish,
            )
        )
        listener = Listener(
            _hearing(engines, settings, how),
            how.clock,
            recognizer=engines.recognizer,
            emit=captioner.take,
            notify=hub.publish,
        )
        yield Stage(listener, captioner, desk, writer)


def _desk(engines: Engines, settings: Settings, hub: Hub, how: StageSettings) -> TranslationDesk:
    # Engines rest by the wall clock, also where time follows the sound.
    chain = TranslatorChain(
        engines.translators,
        MeetingClock.start() if how.stepped else how.clock,
        ChainSettings(timeout_s=settings.translation.timeout_s),
    )
    glossary = Glossary.of(settings.translation.glossary)
    return TranslationDesk(chain, how.clock, glossary=glossary, notify=hub.publish)


def _hearing(engines: Engines, settings: Settings, how: StageSettings) -> HearingSettings:
    hearing = settings.hearing
    return HearingSettings(
        languages=hearing.languages,
        engine=hearing.engine if how.captions else engines.recognizer.info.name,
        end_silence_s=hearing.end_silence_s,
        max_utterance_s=hearing.max_utterance_s,
        stepped=how.stepped,
    )

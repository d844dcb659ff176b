"""The pipeline of a meeting, from engines to stored captions: for bots and for recorded sound."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from domain.clock import Clock, MeetingClock
from domain.meetings import Meeting
from domain.ports import CaptionSink, Diarizer, Recognizer, Translator
from domain.speakers import Voiceprint
from dragoman.hearing import open_recognizer
from dragoman.hub import Hub
from dragoman.settings import Settings
from dragoman.speakers import open_diarizer
from dragoman.store import Stores
from dragoman.translators import chain_settings, open_translators
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import TranslationDesk
from pipeline.glossary import Glossary
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener
from pipeline.translation.chain import TranslatorChain
from pipeline.voice.own_speech import Emit
from storage.writer import SegmentWriter

GLOSSARY = "glossary.csv"
"""In the data folder: the glossary of all meetings."""


@dataclass(frozen=True, slots=True)
class Engines:
    """What hears and translates; loaded before the meeting is joined."""

    recognizer: Recognizer
    translators: list[Translator]
    glossary: Glossary
    diarizer: Diarizer | None = None
    """None where voices are not to be told apart."""
    voices: tuple[Voiceprint, ...] = ()
    """People who agreed to be recognised."""


@asynccontextmanager
async def open_engines(settings: Settings, hub: Hub, stores: Stores) -> AsyncIterator[Engines]:
    """The engines that the settings ask for, warmed up, closed at the end.

    Raises DragomanError.
    """
    glossary = await asyncio.to_thread(_glossary, settings)
    async with AsyncExitStack() as stack:
        recognizer = await stack.enter_async_context(
            open_recognizer(settings.hearing, hub.publish, settings.data_dir / "engines")
        )
        translators = await stack.enter_async_context(
            open_translators(settings.translation, settings.hearing.languages)
        )
        diarizer = await stack.enter_async_context(open_diarizer(settings.speakers, hub.publish))
        if diarizer.info.name == "none":
            yield Engines(recognizer, translators, glossary)
        else:
            voices = tuple(await stores.voiceprints.voiceprints())
            yield Engines(recognizer, translators, glossary, diarizer, voices)


def _glossary(settings: Settings) -> Glossary:
    """The terms of the settings, and of their file or of the one that the server's page edits."""
    kept = Glossary.of(settings.translation.glossary)
    own = settings.data_dir / GLOSSARY
    path = settings.translation.glossary_file or (own if own.is_file() else None)
    return kept if path is None else Glossary.from_file(path.expanduser()).also(kept)


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
    run: int = 0
    """Another one for each process that attends the meeting: what it hears has ids of its own."""
    passing: Callable[[Emit], Emit] = lambda emit: emit
    """Lets words pass, or not, on their way to the captions."""


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
                    meeting_id=f"{meeting.id}/{how.run}" if how.run else meeting.id,
                    targets=meeting.languages,
                    drafts=not how.stepped,
                    interpreter=settings.translation.interpreter,
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
            emit=how.passing(captioner.take),
            notify=hub.publish,
            diarizer=engines.diarizer,
        )
        yield Stage(listener, captioner, desk, writer)


def _desk(engines: Engines, settings: Settings, hub: Hub, how: StageSettings) -> TranslationDesk:
    # Engines rest by the wall clock, also where time follows the sound.
    chain = TranslatorChain(
        engines.translators,
        MeetingClock.start() if how.stepped else how.clock,
        chain_settings(settings.translation),
    )
    return TranslationDesk(chain, how.clock, glossary=engines.glossary, notify=hub.publish)


def _hearing(engines: Engines, settings: Settings, how: StageSettings) -> HearingSettings:
    hearing = settings.hearing
    return HearingSettings(
        languages=hearing.languages,
        engine=hearing.engine if how.captions else engines.recognizer.info.name,
        end_silence_s=hearing.end_silence_s,
        max_utterance_s=hearing.max_utterance_s,
        terms=(*hearing.terms, *engines.glossary.terms),
        rooms=settings.speakers.rooms,
        voices=engines.voices,
        stepped=how.stepped,
    )

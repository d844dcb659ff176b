"""The pipeline of a meeting, built for recorded sound."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from domain.clock import Clock, MeetingClock
from domain.errors import UsageError
from domain.languages import name as language_name
from domain.meetings import Meeting
from domain.ports import Recognizer
from dragoman.hearing import open_recognizer
from dragoman.hub import Hub
from dragoman.settings import Settings
from dragoman.store import Stores
from dragoman.transcribe.clock import StreamClock
from dragoman.translators import open_translators
from pipeline.captioner import Captioner, CaptionSettings
from pipeline.desk import TranslationDesk
from pipeline.glossary import Glossary
from pipeline.hearing import HearingSettings
from pipeline.listener import Listener
from pipeline.translation.chain import ChainSettings, TranslatorChain
from storage.writer import SegmentWriter

_FLUSH_S = 60.0
"""Longest wait for the last translations."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What hears, translates and writes."""

    listener: Listener
    captioner: Captioner
    desk: TranslationDesk
    clock: Clock
    most_waiting: int

    async def keep_up(self) -> None:
        """Returns when all sound is heard and translation is near; live sound waits for nobody."""
        if isinstance(self.clock, StreamClock):
            await self.listener.step()
            await self.desk.keep_up(self.most_waiting)


@dataclass(frozen=True, slots=True)
class StageSettings:
    """How a recording is heard."""

    clock: Clock
    captions: bool
    """Meet's captions come with the sound."""
    most_waiting: int
    """Sentences that may wait for translation before the sound goes on."""


@asynccontextmanager
async def build_stage(
    meeting: Meeting, settings: Settings, stores: Stores, hub: Hub, how: StageSettings
) -> AsyncIterator[Stage]:
    """Engines and pipeline; unwinds them in order. Raises DragomanError."""
    stepped = isinstance(how.clock, StreamClock)
    async with AsyncExitStack() as stack:
        recognizer = await stack.enter_async_context(open_recognizer(settings.hearing, hub.publish))
        _check(recognizer, settings.hearing.languages, captions=how.captions)
        translators = await stack.enter_async_context(
            open_translators(settings.translation, settings.hearing.languages)
        )
        journal = settings.data_dir / "meetings" / meeting.id / "segments.jsonl"
        writer = await stack.enter_async_context(
            SegmentWriter(stores.transcripts, meeting.id, journal, hub.publish, how.clock)
        )
        chain = TranslatorChain(
            translators,
            MeetingClock.start(),
            ChainSettings(timeout_s=settings.translation.timeout_s),
        )
        desk = TranslationDesk(
            chain,
            how.clock,
            glossary=Glossary.of(settings.translation.glossary),
            notify=hub.publish,
        )
        captioner = await stack.enter_async_context(
            Captioner(
                CaptionSettings(
                    meeting_id=meeting.id,
                    targets=meeting.languages,
                    drafts=not stepped,
                    flush_s=_FLUSH_S,
                ),
                how.clock,
                desk=desk,
                sinks=(writer,),
                notify=hub.publish,
            )
        )
        listener = Listener(
            HearingSettings(
                languages=settings.hearing.languages,
                engine=settings.hearing.engine if how.captions else recognizer.info.name,
                end_silence_s=settings.hearing.end_silence_s,
                max_utterance_s=settings.hearing.max_utterance_s,
                stepped=stepped,
            ),
            how.clock,
            recognizer=recognizer,
            emit=captioner.take,
            notify=hub.publish,
        )
        yield Stage(listener, captioner, desk, how.clock, how.most_waiting)


def _check(recognizer: Recognizer, spoken: Sequence[str], *, captions: bool) -> None:
    """Raises UsageError where no word can come of it."""
    info = recognizer.info
    if captions:
        return
    if info.name == "meet-captions":
        raise UsageError(
            "Meet's captions are asked for, but a file has none.",
            "Name a recogniser with --asr, or give the captions with --hints FILE.",
        )
    if spoken and info.languages and not info.languages & set(spoken):
        named = ", ".join(language_name(code) for code in spoken)
        knows = ", ".join(language_name(code) for code in sorted(info.languages))
        raise UsageError(
            f"The recogniser {info.name} does not know {named}; it knows {knows}.",
            "Name another with --asr; `dragoman doctor` lists what works here.",
        )

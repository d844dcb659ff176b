"""What was spoken becomes captions: sentence by sentence, in every language asked for."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from types import TracebackType

from domain.captions import Caption, Translation
from domain.clock import Clock
from domain.events import CaptionRevised, Event, Notice
from domain.languages import joiner
from domain.people import Participant
from domain.ports import CaptionSink, TranslationRequest
from domain.speech import OtherWords, SpokenUpdate
from domain.text import clean_name
from pipeline.caption_record import CaptionRecord, caption_id
from pipeline.desk import TranslationDesk
from pipeline.direction import spoken_language
from pipeline.drafting import ready
from pipeline.fusion import shared_out
from pipeline.restore import Restorer
from pipeline.restore_words import COMMON
from pipeline.sentences import SentenceRules
from pipeline.utterance import Piece, Utterance

log = logging.getLogger(__name__)

RETARGETED = 3
"""Captions, the newest, that get other languages too when these change."""


@dataclass(frozen=True, slots=True)
class CaptionSettings:
    """Whose captions, in which languages, cut how."""

    meeting_id: str
    targets: tuple[str, ...] = ()
    """Languages to translate into at first; a caption is never translated into its own."""
    interpreter: bool = False
    """Two targets are spoken in turn: each sentence's own words tell which of them it is."""
    rules: SentenceRules = field(default_factory=SentenceRules)
    draft_step: int | None = None
    """New stable words that are worth a draft translation; None: as few as the engine can do."""
    drafts: bool = True
    """Translate sentences that still run."""
    flush_s: float = 10.0
    """How long `flush` waits for translations."""
    remembered: int = 2000
    """Captions and utterances kept in mind for late names; beside them, every caption of which
    a translation is still to come."""


class Captioner:
    """Turns spoken updates into caption revisions and shows each to every sink.

    An async context manager; it opens and closes the desk.
    """

    def __init__(
        self,
        settings: CaptionSettings,
        clock: Clock,
        *,
        desk: TranslationDesk,
        sinks: Sequence[CaptionSink],
        notify: Callable[[Event], None],
    ) -> None:
        self._settings = settings
        self._targets = settings.targets
        self._clock = clock
        self._desk = desk
        self._sinks = tuple(sinks)
        self._notify = notify
        self._restorer = Restorer()
        self._utterances: OrderedDict[str, Utterance] = OrderedDict()
        self._records: OrderedDict[str, CaptionRecord] = OrderedDict()
        self._turn = asyncio.Lock()
        self._sending = asyncio.Lock()
        self._stack = AsyncExitStack()
        self.sink_failures = 0

    async def __aenter__(self) -> "Captioner":
        self._desk.deliver_to(self._translated)
        await self._stack.enter_async_context(self._desk)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def names(self, participants: Sequence[Participant]) -> None:
        """Spells these people's names and keeps them through translation, from now on."""
        names = [name for name in (clean_name(p.name) for p in participants) if name]
        self._restorer = Restorer(names)
        parts = [part for name in names for part in name.split()]
        alone = [p for p in parts if len(p) > 1 and p.isalpha() and p.casefold() not in COMMON]
        self._desk.keep((*names, *alone))

    async def take(self, update: SpokenUpdate) -> None:
        """Shows what an update makes of its utterance."""
        async with self._turn:
            utterance = self._utterances.get(update.utterance_id)
            if utterance is None:
                utterance = Utterance(update, self._settings.rules)
                self._utterances[update.utterance_id] = utterance
                _forget_one(self._utterances, self._settings.remembered)
            if not utterance.done:
                await self._show(utterance, utterance.take(update, self._restorer))
            await self._complete(update, utterance)

    async def translate_into(self, targets: Sequence[str]) -> None:
        """Translates into these languages from now on, the newest captions too."""
        async with self._turn:
            self._targets = tuple(targets)
            for record in list(self._records.values())[-RETARGETED:]:
                new = record.retarget(self._targets)
                await self._send(record.caption)
                await (self._ask(record, new) if record.final else self._ask_drafts(record))

    async def flush(self) -> None:
        """Ends every utterance; waits for translations, and marks as failed what is late."""
        async with self._turn:
            for utterance in list(self._utterances.values()):
                if not utterance.done:
                    await self._show(utterance, utterance.finish(self._restorer))
        await self._desk.settle(self._settings.flush_s)
        figures = self._desk.figures()
        if figures.asked:
            self._notify(Notice("translation", str(figures), self._clock.now_s()))

    async def _show(self, utterance: Utterance, pieces: list[Piece]) -> None:
        update = utterance.update
        for piece in pieces:
            record = self._record(update, piece.index)
            said = replace(update, language=self._language(update, piece, record))
            caption = record.revise(said, piece.words, piece.stable, final=piece.closed)
            await self._send(caption)
            if piece.closed:
                await self._ask_finals(record)
            else:
                await self._ask_drafts(record)
        if utterance.done:
            await self._void(utterance)

    async def _void(self, utterance: Utterance) -> None:
        """Ends a caption whose draft words all came to nothing."""
        key = self._id(utterance.update, utterance.open_index)
        record = self._records.get(key)
        if record is not None and not record.final:
            await self._send(record.revise(utterance.update, (), 0, final=True))

    def _language(self, update: SpokenUpdate, piece: Piece, record: CaptionRecord) -> str:
        """The language a sentence is in: as told, or as its words tell in interpreter mode."""
        before = record.caption.language if record.caption else ""
        if not self._settings.interpreter:
            return update.language or before
        text = joiner(update.language).join(word.text for word in piece.words)
        return spoken_language(text, update.language, self._targets, before)

    async def _complete(self, update: SpokenUpdate, utterance: Utterance) -> None:
        """Gives final captions what came later: a name, the other source's words."""
        ids = [self._id(update, index) for index in range(utterance.open_index)]
        records = [record for key in ids if (record := self._records.get(key)) is not None]
        others: Sequence[OtherWords | None] = [None] * len(records)
        if update.other is not None and utterance.done:
            spoken = [[w.text for w in r.caption.words] if r.caption else [] for r in records]
            others = shared_out(update.other, spoken, update.language)
        for record, other in zip(records, others, strict=True):
            await self._send(record.complete(update, other))

    async def _ask_drafts(self, record: CaptionRecord) -> None:
        caption = record.caption
        if caption is None or not record.targets or not self._settings.drafts:
            return
        step = self._settings.draft_step or self._desk.draft_step(len(record.targets))
        count = ready(caption.words, caption.stable, record.drafted, step=step)
        if count:
            record.drafted = count
            texts = [word.text for word in caption.words]
            text = caption.joiner.join(texts[:count])
            ahead = caption.joiner.join(texts[: count + 1]) if step == 1 else ""
            for target in record.targets:
                request = TranslationRequest(
                    text, caption.language, target, shown=record.shown(target)
                )
                await self._desk.draft(caption.id, request, ahead if ahead != text else "")

    async def _ask_finals(self, record: CaptionRecord) -> None:
        caption = record.caption
        if caption is None or not caption.words:
            return
        await self._ask(record, record.targets)
        self._desk.said(caption.text, caption.language)

    async def _ask(self, record: CaptionRecord, targets: Sequence[str]) -> None:
        caption = record.caption
        if caption is None:
            return
        for target in targets if caption.words else ():
            await self._desk.final(caption.id, caption.text, caption.language, target)

    async def _translated(self, caption_id: str, translation: Translation) -> None:
        record = self._records.get(caption_id)
        if record is not None:
            await self._send(record.translate(translation))

    async def _send(self, caption: Caption | None) -> None:
        if caption is None:
            return
        async with self._sending:
            self._notify(CaptionRevised(caption))
            for sink in self._sinks:
                try:
                    await sink.show(caption)
                except Exception:
                    self.sink_failures += 1
                    if self.sink_failures == 1:
                        log.exception("A sink for captions failed; the captions go on")

    def _record(self, update: SpokenUpdate, index: int) -> CaptionRecord:
        key = self._id(update, index)
        if key not in self._records:
            self._records[key] = CaptionRecord(key, self._targets, self._clock)
            owed = self._desk.waiting.owed
            if len(self._records) - len(owed) > self._settings.remembered:
                del self._records[next(each for each in self._records if each not in owed)]
        return self._records[key]

    def _id(self, update: SpokenUpdate, index: int) -> str:
        return caption_id(self._settings.meeting_id, update.utterance_id, index)


def _forget_one(utterances: OrderedDict[str, Utterance], most: int) -> None:
    if len(utterances) > most:
        oldest = next(iter(utterances))
        del utterances[next((key for key, one in utterances.items() if one.done), oldest)]

"""The translation desk: one queue for all captions and languages of a meeting."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from types import TracebackType

from domain.captions import Translation, TranslationState
from domain.clock import Clock
from domain.errors import DragomanError
from domain.events import Event
from domain.ports import TranslationRequest, Translator
from pipeline.answers import Answers, check_terms
from pipeline.backlog import Job
from pipeline.brief import Brief
from pipeline.desk_figures import DeskCounts, DeskFigures
from pipeline.glossary import Glossary
from pipeline.translation.cache import TranslationCache
from pipeline.waiting import WaitingRoom

log = logging.getLogger(__name__)

_NO_ERROR = (None, None, None)

Deliver = Callable[[str, Translation], Awaitable[None]]
"""Takes a caption's id and a translation of it."""


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """How much the desk does at once and how patient it is."""

    at_once: int = 4
    """Requests at the same time; drafts leave one place free for finals."""
    max_drafts: int = 64
    """Waiting drafts; beyond it the oldest is dropped."""
    max_finals: int = 5000
    """Waiting finals; beyond it a final is refused and marked failed."""
    attempts: int = 5
    """Tries of a final that the engine answers wrongly; an outage costs it none."""
    backoff_s: float = 2.0
    """Before the next try; doubles with each."""
    longest_wait_s: float = 20.0
    """Between two looks at whether a direction works again."""
    context_tokens: int = 120
    """Previous sentences given along, in tokens of about four characters."""
    cache_size: int = 2000


class TranslationDesk:
    """Translates each text once per language, finals first, and hands the results over.

    An async context manager; closing it closes the translator.
    """

    def __init__(
        self,
        translator: Translator,
        clock: Clock,
        settings: DeskSettings | None = None,
        *,
        glossary: Glossary | None = None,
        notify: Callable[[Event], None],
    ) -> None:
        self._clock = clock
        self._settings = settings or DeskSettings()
        glossary = glossary or Glossary()
        self._brief = Brief(glossary, self._settings.context_tokens)
        self.cache = TranslationCache(self._settings.cache_size)
        self._answers = Answers(translator, clock, self.cache, notify, glossary.version)
        self._deliver: Deliver = _nowhere
        self.waiting = WaitingRoom(
            clock,
            max_drafts=self._settings.max_drafts,
            max_finals=self._settings.max_finals,
            attempts=self._settings.attempts,
        )
        self.counts = DeskCounts()
        self._group: asyncio.TaskGroup | None = None
        self._workers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "TranslationDesk":
        self._group = await asyncio.TaskGroup().__aenter__()
        only = self._settings.at_once == 1
        self._workers = [
            self._group.create_task(self._work(drafts=n > 0 or only))
            for n in range(self._settings.at_once)
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.cancel()
        try:
            if self._group is not None:
                cancelled = isinstance(error, asyncio.CancelledError)
                await self._group.__aexit__(*(kind, error, trace) if cancelled else _NO_ERROR)
        finally:
            await self._answers.aclose()

    def deliver_to(self, deliver: Deliver) -> None:
        """Names the one who takes the results."""
        self._deliver = deliver

    def keep(self, names: tuple[str, ...]) -> None:
        """Leaves people's names as they are from now on."""
        self._brief.keep(names)

    def figures(self) -> DeskFigures:
        """How much was asked for, known already, and is missing."""
        cache, counts = self.cache, self.counts
        return DeskFigures(
            asked=cache.hits + cache.misses,
            hit_rate=cache.hit_rate,
            waiting=self.waiting.backlog,
            abandoned=counts.abandoned,
            missing_terms=counts.missing_terms,
        )

    def draft_step(self, targets: int) -> int:
        """How many new words are worth a draft, so that an engine as slow as this keeps up."""
        return self._answers.step(targets)

    async def draft(self, caption_id: str, request: TranslationRequest, ahead: str = "") -> None:
        """Asks for a translation of a running sentence; a waiting older one is replaced.

        `ahead` is the text with a further word that may still change: its translation follows
        that of the text, and what both begin with is likely to stay.
        """
        asked = self._brief.request(request.text, request.source, request.target)
        asked = replace(asked, draft=True, shown=request.shown)
        self.waiting.add_draft(Job(caption_id, asked, ahead=ahead))

    async def final(self, caption_id: str, text: str, source: str, target: str) -> None:
        """Asks for the translation of a finished sentence; never dropped.

        While the direction does not work it is marked failed and waits for its turn.
        """
        job = Job(caption_id, self._brief.request(text, source, target))
        room, held = self.waiting.add_final(job)
        if not room:
            await self._fail(job, "Translation is too far behind.")
        elif held:
            await self._fail(job, held)

    def said(self, text: str, language: str) -> None:
        """Remembers a final sentence as context for those that follow."""
        self._brief.said(text, language)

    async def keep_up(self, most: int) -> None:
        """Waits until no more than `most` finals wait for their first result."""
        await self.waiting.idle(most)

    async def settle(self, deadline_s: float) -> None:
        """Waits for every final that can be translated; what is late is marked failed."""
        try:
            async with asyncio.timeout(deadline_s):
                await self.waiting.idle(retries=True)
        except TimeoutError:
            log.warning("Translations were still missing after %s s", deadline_s)
            for job in self.waiting.give_up():
                await self._fail(job, "The translation did not come in time.")

    async def _work(self, *, drafts: bool) -> None:
        while True:
            job = await self.waiting.next(drafts=drafts)
            try:
                await self._translate(job)
            finally:
                self.waiting.done(job)

    async def _translate(self, job: Job) -> None:
        try:
            result = await self._answers.get(job.request)
        except DragomanError as error:
            await self._failed(job, error)
            return
        self.waiting.works(job)
        if job.request.draft:
            await self._show_draft(job, result)
            return
        await self.waiting.turn(job)
        checked = check_terms(result, job.request)
        self.counts.missing_terms += checked is not result
        await self._hand_over(job, checked, TranslationState.FINAL)

    async def _show_draft(self, job: Job, result: Translation) -> None:
        await self._hand_over(job, result, TranslationState.DRAFT)
        if not job.ahead or not self.waiting.wanted(job):
            return
        try:
            result = await self._answers.get(replace(job.request, text=job.ahead))
        except DragomanError:
            return
        await self._hand_over(job, result, TranslationState.DRAFT)

    async def _hand_over(self, job: Job, result: Translation, state: TranslationState) -> None:
        if self.waiting.wanted(job):
            stamped = replace(result, state=state, stamp_s=self._clock.now_s())
            await self._deliver(job.caption_id, stamped)

    async def _failed(self, job: Job, error: DragomanError) -> None:
        if job.request.draft:
            return
        hopeless = not self._answers.can(job.direction)
        told: list[Job] = []
        if error.retry and not hopeless:
            backoff_s, longest_s = self._settings.backoff_s, self._settings.longest_wait_s
            told = self.waiting.hold(job, backoff_s, longest_s, error.message)
        # A text that fails while others of its direction succeed is itself to blame.
        blamed = not (error.retry and job.probe) and job.attempt + 1 >= self._settings.attempts
        for each in (job, *told):
            if not each.marked and not self.waiting.given_up(each):
                await self._fail(each, error.message)
        if hopeless or blamed:
            self.counts.abandoned += 1
        else:
            pause_s = 0.0 if error.retry else self._settings.backoff_s * 2**job.attempt
            self.waiting.again(job, self._clock.now_s() + pause_s)

    async def _fail(self, job: Job, reason: str) -> None:
        failed = Translation(
            job.request.target,
            "",
            TranslationState.FAILED,
            error=reason,
            stamp_s=self._clock.now_s(),
        )
        await self._deliver(job.caption_id, failed)


async def _nowhere(caption_id: str, translation: Translation) -> None:
    """Takes results that nobody asked to have."""

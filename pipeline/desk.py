"""The translation desk: one queue for all captions and languages of a meeting."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from types import TracebackType

from domain.captions import Translation, TranslationState
from domain.clock import Clock
from domain.errors import DragomanError, EngineError, EngineUnavailable
from domain.events import Event, StageTimed
from domain.ports import TranslationRequest, Translator
from pipeline.glossary import Glossary
from pipeline.translation.cache import TranslationCache
from pipeline.translation.protect import present
from pipeline.waiting import Job, WaitingRoom

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
    """Waiting finals and retries each; beyond it a final is refused and marked failed."""
    attempts: int = 5
    """Tries of a final in all."""
    backoff_s: float = 2.0
    """Before the second try; doubles with each."""
    context_tokens: int = 120
    """Previous sentences given along, in tokens of about four characters."""
    cache_size: int = 2000


@dataclass(slots=True)
class DeskCounts:
    """What the desk had to do without."""

    failed_drafts: int = 0
    failed_finals: int = 0
    abandoned: int = 0
    """Finals that failed at every try."""


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
        self._translator = translator
        self._clock = clock
        self._settings = settings or DeskSettings()
        self._notify = notify
        self._glossary = glossary or Glossary()
        self._base_glossary = self._glossary
        self._deliver: Deliver = _nowhere
        self._context = Context(self._settings.context_tokens)
        self.cache = TranslationCache(self._settings.cache_size)
        self.waiting = WaitingRoom(
            clock, max_drafts=self._settings.max_drafts, max_finals=self._settings.max_finals
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
            await self._translator.aclose()

    def deliver_to(self, deliver: Deliver) -> None:
        """Names the one who takes the results."""
        self._deliver = deliver

    def keep(self, names: tuple[str, ...]) -> None:
        """Leaves people's names as they are from now on."""
        self._glossary = self._base_glossary.with_names(names)

    async def draft(self, caption_id: str, text: str, source: str, target: str) -> None:
        """Asks for a translation of a running sentence; a waiting older one is replaced."""
        self.waiting.add_draft(Job(caption_id, self._request(text, source, target, draft=True)))

    async def final(self, caption_id: str, text: str, source: str, target: str) -> None:
        """Asks for the translation of a finished sentence; never dropped."""
        job = Job(caption_id, self._request(text, source, target))
        if not self.waiting.add_final(job):
            await self._fail(job, EngineError("Translation is too far behind."))

    def said(self, text: str, language: str) -> None:
        """Remembers a final sentence as context for those that follow."""
        self._context.add(text, language)

    async def keep_up(self, most: int) -> None:
        """Waits until no more than `most` finals wait for their first result."""
        await self.waiting.idle(most)

    async def settle(self, deadline_s: float) -> None:
        """Waits until no final waits for its first result; what is late is marked failed."""
        try:
            async with asyncio.timeout(deadline_s):
                await self.waiting.idle()
        except TimeoutError:
            log.warning("Translations were still missing after %s s", deadline_s)
            for job in self.waiting.give_up():
                await self._fail(job, EngineUnavailable("The translation did not come in time."))

    def _request(
        self, text: str, source: str, target: str, *, draft: bool = False
    ) -> TranslationRequest:
        return TranslationRequest(
            text=text,
            source=source,
            target=target,
            context=self._context.before(source),
            terms=present(text, self._glossary.terms),
            draft=draft,
        )

    async def _work(self, *, drafts: bool) -> None:
        while True:
            job = await self.waiting.next(drafts=drafts)
            try:
                await self._translate(job)
            finally:
                self.waiting.done(job)

    async def _translate(self, job: Job) -> None:
        request = job.request
        key = (
            request.text,
            request.source,
            request.target,
            "\n".join(request.terms),
            self._translator.info.name,
        )
        try:
            result = await self.cache.get(key, lambda: self._timed(request))
        except Exception as error:
            if not isinstance(error, DragomanError):
                log.exception("A translation broke")
                error = EngineError("The translation engine broke.")
            await self._failed(job, error)
            return
        if not self.waiting.wanted(job):
            return
        self.waiting.succeeded(job)
        state = TranslationState.DRAFT if request.draft else TranslationState.FINAL
        await self._deliver(
            job.caption_id, replace(result, state=state, stamp_s=self._clock.now_s())
        )

    async def _timed(self, request: TranslationRequest) -> Translation:
        began_s = self._clock.now_s()
        result = await self._translator.translate(request)
        now_s = self._clock.now_s()
        self._notify(StageTimed("translate", now_s - began_s, now_s))
        return result

    async def _failed(self, job: Job, error: DragomanError) -> None:
        if job.request.draft:
            self.counts.failed_drafts += 1
            return
        pairs = self._translator.pairs()
        hopeless = pairs is not None and (job.request.source, job.request.target) not in pairs
        again = replace(
            job,
            attempt=job.attempt + 1,
            due_s=self._clock.now_s() + self._settings.backoff_s * 2**job.attempt,
        )
        if hopeless or again.attempt >= self._settings.attempts:
            self.counts.abandoned += 1
            self.waiting.succeeded(job)
        elif not self.waiting.retry(again):
            self.counts.abandoned += 1
        if job.attempt == 0 and not self.waiting.given_up(job):
            await self._fail(job, error)

    async def _fail(self, job: Job, error: DragomanError) -> None:
        self.counts.failed_finals += 1
        await self._deliver(
            job.caption_id,
            Translation(
                job.request.target,
                "",
                TranslationState.FAILED,
                error=error.message,
                stamp_s=self._clock.now_s(),
            ),
        )


@dataclass(slots=True)
class Context:
    """Previous final sentences of each language, within a budget of tokens."""

    tokens: int
    _said: dict[str, deque[str]] = field(default_factory=dict)

    def add(self, text: str, language: str) -> None:
        """Remembers a final sentence."""
        self._said.setdefault(language, deque(maxlen=20)).append(text)

    def before(self, language: str) -> tuple[str, ...]:
        """The newest sentences that fit, oldest first."""
        kept: list[str] = []
        left = self.tokens
        for text in reversed(self._said.get(language, deque())):
            dense = sum(ord(char) > 0x2E80 for char in text)
            left -= dense + (len(text) - dense + 3) // 4
            if left < 0:
                break
            kept.append(text)
        return tuple(reversed(kept))


async def _nowhere(caption_id: str, translation: Translation) -> None:
    """Takes results that nobody asked to have."""

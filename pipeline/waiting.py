"""What waits for translation: finals first, then due retries, then the newest drafts."""

import asyncio
import logging
from collections import OrderedDict, deque
from dataclasses import dataclass

from domain.clock import Clock
from domain.ports import TranslationRequest

log = logging.getLogger(__name__)

Key = tuple[str, str]
"""Caption id and target language."""


@dataclass(frozen=True, slots=True)
class Job:
    """One text for one language."""

    caption_id: str
    request: TranslationRequest
    attempt: int = 0
    due_s: float = 0.0
    """Not before this meeting second."""

    @property
    def key(self) -> Key:
        return self.caption_id, self.request.target


class WaitingRoom:
    """Bounded: the oldest draft makes room for a new one, a final too many is refused."""

    def __init__(self, clock: Clock, *, max_drafts: int, max_finals: int) -> None:
        self._clock = clock
        self._max_drafts = max_drafts
        self._max_finals = max_finals
        self._finals: deque[Job] = deque()
        self._drafts: OrderedDict[Key, Job] = OrderedDict()
        self._retries: dict[Key, deque[Job]] = {}
        self._busy: dict[tuple[Key, bool], Job] = {}
        self._closed: OrderedDict[Key, None] = OrderedDict()
        self._news = News()
        self._given_up: set[Key] = set()
        self.dropped_drafts = 0
        self.replaced_drafts = 0
        self.refused_finals = 0

    def add_draft(self, job: Job) -> None:
        """Waits in the place of an older draft of the same caption and language."""
        if job.key in self._drafts:
            self.replaced_drafts += 1
        elif len(self._drafts) >= self._max_drafts:
            self._drafts.popitem(last=False)
            self.dropped_drafts += 1
            if self.dropped_drafts == 1:
                log.warning("Draft translations are dropped: translation is falling behind")
        self._drafts[job.key] = job
        self._news.tell()

    def add_final(self, job: Job) -> bool:
        """Waits in order; False where there is no room. Drafts of the sentence are void."""
        self._drafts.pop(job.key, None)
        self._closed[job.key] = None
        if len(self._closed) > 2 * self._max_finals:
            self._closed.popitem(last=False)
        if len(self._finals) >= self._max_finals:
            self.refused_finals += 1
            if self.refused_finals == 1:
                log.warning("Final translations are refused: translation is too far behind")
            return False
        self._finals.append(job)
        self._news.tell()
        return True

    def retry(self, job: Job) -> bool:
        """Waits until due, in order within its direction; False where there is no room."""
        line = self._retries.setdefault(_direction(job), deque())
        if sum(map(len, self._retries.values())) >= self._max_finals:
            return False
        place = 0 if job.attempt > 1 else len(line)
        line.insert(place, job)
        self._news.tell()
        return True

    def succeeded(self, job: Job) -> None:
        """A direction works or its head is done with: the next retry need not wait."""
        line = self._retries.get(_direction(job))
        if line and not job.request.draft:
            head = line[0]
            line[0] = Job(head.caption_id, head.request, head.attempt, 0.0)
            self._news.tell()

    def wanted(self, job: Job) -> bool:
        """Whether a result still counts: a draft not once its sentence is final."""
        return not job.request.draft or job.key not in self._closed

    def given_up(self, job: Job) -> bool:
        """Whether it was marked as failed while it was under way."""
        return job.key in self._given_up

    async def next(self, *, drafts: bool) -> Job:
        """The most urgent job; waits for one."""
        while True:
            job = self._take(drafts)
            if job is not None:
                self._busy[job.key, job.request.draft] = job
                return job
            await self._news.wait(self._until_due())

    def done(self, job: Job) -> None:
        """A job that was taken is over."""
        self._busy.pop((job.key, job.request.draft), None)
        self._news.tell()

    async def idle(self, most: int = 0) -> None:
        """Returns when no more than `most` finals wait for their first result."""
        while len(self._unfinished()) > most:
            await self._news.wait(None)

    def give_up(self) -> list[Job]:
        """Every final that has no result yet; none of them is waited for any longer."""
        late = self._unfinished()
        self._finals.clear()
        self._given_up.update(job.key for job in late)
        return late

    def _unfinished(self) -> list[Job]:
        busy = [job for job in self._busy.values() if not job.request.draft and job.attempt == 0]
        return [job for job in (*busy, *self._finals) if job.key not in self._given_up]

    def _take(self, drafts: bool) -> Job | None:
        for index, job in enumerate(self._finals):
            if (job.key, False) not in self._busy:
                del self._finals[index]
                return job
        now_s = self._clock.now_s()
        retrying = {_direction(busy) for busy in self._busy.values() if busy.attempt}
        for direction, line in self._retries.items():
            if line and line[0].due_s <= now_s and direction not in retrying:
                return line.popleft()
        if drafts:
            for key in self._drafts:
                if (key, True) not in self._busy:
                    return self._drafts.pop(key)
        return None

    def _until_due(self) -> float | None:
        heads = [line[0].due_s for line in self._retries.values() if line]
        return max(0.01, min(heads) - self._clock.now_s()) if heads else None


def _direction(job: Job) -> Key:
    return job.request.source, job.request.target


class News:
    """Wakes all who wait, each time something changes."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def tell(self) -> None:
        """Something changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, timeout_s: float | None) -> None:
        """Returns at the next change or after the time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        except TimeoutError:
            return

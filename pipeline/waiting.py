"""What waits for translation: finals first, the oldest of each direction, then the drafts."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import replace

from domain.clock import Clock
from pipeline.backlog import Backlog, Job, Key
from pipeline.owed import Owed

log = logging.getLogger(__name__)


class WaitingRoom:
    """Bounded: the oldest draft makes room for a new one, a final too many is refused."""

    def __init__(
        self, clock: Clock, *, max_drafts: int, max_finals: int, attempts: int = 5
    ) -> None:
        self._clock = clock
        self._max_drafts = max_drafts
        self._max_finals = max_finals
        self._finals = Backlog(attempts)
        self._drafts: OrderedDict[Key, Job] = OrderedDict()
        self._busy: dict[tuple[Key, bool], Job] = {}
        self._closed: OrderedDict[Key, None] = OrderedDict()
        self._news = News()
        self._given_up: set[Key] = set()
        self.owed = Owed()
        self.dropped_drafts = 0
        self.refused_finals = 0

    @property
    def backlog(self) -> int:
        """Finals that wait or are under way."""
        return len(self._finals) + sum(not job.request.draft for job in self._busy.values())

    def add_draft(self, job: Job) -> None:
        """Waits in the place of an older draft of the same caption and language."""
        if job.key not in self._drafts and len(self._drafts) >= self._max_drafts:
            self._drafts.popitem(last=False)
            self.dropped_drafts += 1
            if self.dropped_drafts == 1:
                log.warning("Draft translations are dropped: translation is falling behind")
        self._drafts[job.key] = job
        self._news.tell()

    def add_final(self, job: Job) -> tuple[bool, str]:
        """Waits in order, unless there is no room; and why its direction is held, if it is.

        Drafts of the sentence are void.
        """
        self._drafts.pop(job.key, None)
        self._closed[job.key] = None
        if len(self._closed) > 2 * self._max_finals:
            self._closed.popitem(last=False)
        if len(self._finals) >= self._max_finals:
            self.refused_finals += 1
            if self.refused_finals == 1:
                log.warning("Final translations are refused: translation is too far behind")
            return False, ""
        reason = self._finals.add(job)
        self.owed.more(job.caption_id)
        self._news.tell()
        return True, reason

    def again(self, job: Job, due_s: float) -> None:
        """Waits in its old place for another try, not before `due_s`."""
        tried = replace(job, attempt=job.attempt + 1, due_s=due_s, marked=True, probe=False)
        self._finals.line(job).add(tried)
        self.owed.more(job.caption_id)
        self._news.tell()

    def hold(self, job: Job, wait_s: float, longest_s: float, reason: str) -> list[Job]:
        """A direction fails: all of it waits. The jobs whose captions have to be told."""
        line = self._finals.line(job)
        if line.held and not job.probe:
            return []
        pause_s = min(longest_s, wait_s * 2 ** min(line.failures, 20))
        return line.hold(self._clock.now_s() + pause_s, reason)

    def works(self, job: Job) -> None:
        """A direction gave a result: all that waited for it may go on."""
        line = self._finals.line(job)
        if line.held and not job.request.draft:
            line.release()
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
            now_s = self._clock.now_s()
            job = self._finals.take(now_s, self._busy.values())
            if job is None and drafts:
                job = self._take_draft()
            if job is not None:
                self._busy[job.key, job.request.draft] = job
                return job
            await self._news.wait(self._finals.wait_s(now_s))

    async def turn(self, job: Job) -> None:
        """Returns when no older final of its direction is under way."""
        while any(
            not other.request.draft
            and other.direction == job.direction
            and other.number < job.number
            for other in self._busy.values()
        ):
            await self._news.wait(None)

    def done(self, job: Job) -> None:
        """A job that was taken is over."""
        self._busy.pop((job.key, job.request.draft), None)
        if not job.request.draft:
            self.owed.less(job.caption_id)
        if job.probe:
            self._finals.line(job).probing = False
        self._news.tell()

    async def idle(self, most: int = 0, *, retries: bool = False, drafts: bool = False) -> None:
        """Returns when no more than `most` finals wait for their first result.

        With `retries`, those that failed and can be tried again now count too, and with
        `drafts` the drafts.
        """
        while True:
            more = self._finals.ripe(self._clock.now_s()) if retries else 0
            if drafts:
                more += len(self._drafts) + sum(job.request.draft for job in self._busy.values())
            if len(self._unfinished(retries)) + more <= most:
                return
            await self._news.wait(None)

    def give_up(self) -> list[Job]:
        """Every final that has no result yet; none of them is waited for any longer."""
        late = self._unfinished(False)
        for job in self._finals.drop_unmarked():
            self.owed.less(job.caption_id)
        self._given_up.update(job.key for job in late)
        return late

    def _unfinished(self, retries: bool) -> list[Job]:
        busy = [job for job in self._busy.values() if not job.request.draft]
        first = [job for job in (*busy, *self._finals) if not job.marked]
        again = [job for job in busy if job.marked] if retries else []
        return [job for job in (*first, *again) if job.key not in self._given_up]

    def _take_draft(self) -> Job | None:
        for key, job in self._drafts.items():
            if (key, True) not in self._busy and not self._finals.line(job).held:
                return self._drafts.pop(key)
        return None


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

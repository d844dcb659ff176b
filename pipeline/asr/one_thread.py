"""One thread that decodes for all streams, finals first, and the loop that never waits for it."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from domain.errors import DragomanError, EngineError, EngineUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")
Item = TypeVar("Item")
_MOST_WAITING = 16


class Hung(EngineUnavailable):
    """The thread gave no answer in time, and never will."""


@dataclass(eq=False, slots=True)
class _Job(Generic[T]):
    work: Callable[[], T]
    timeout_s: float
    future: "asyncio.Future[T]"
    loop: asyncio.AbstractEventLoop
    watch: list[asyncio.TimerHandle] = field(default_factory=list)
    shared: "_Shared[T] | None" = None


@dataclass(eq=False, slots=True)
class _Shared(Generic[T]):
    """Work that jobs waiting at the same moment may do together."""

    item: Any
    work: Callable[[list[Any]], list[T]]
    most: int
    mates: "list[_Job[T]]" = field(default_factory=list)


class OneThread:
    """Runs one job at a time; at most `most_waiting` wait, urgent ones before the others.

    Where they are full, a draft is refused and a final takes the place of the youngest draft.
    A job that runs longer than its time-out breaks the thread: it and all that wait fail, and
    `broken` stays true. The thread never keeps the program from ending.
    """

    def __init__(
        self, name: str, most_waiting: int = _MOST_WAITING, what: str = "recogniser"
    ) -> None:
        self._what = what
        self.broken = False
        self.refused = 0
        """Jobs that found no place."""
        self._most = most_waiting
        self._urgent: deque[_Job[Any]] = deque()
        self._drafts: deque[_Job[Any]] = deque()
        self._running: _Job[Any] | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], T], *, timeout_s: float, urgent: bool = False) -> T:
        """What `work` returns. Raises EngineError where it crashes, EngineUnavailable where
        it finds no place or the thread hangs. A cancelled job that has not begun is dropped."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Job(work, timeout_s, future, loop), urgent)
        return await future

    async def share(
        self,
        item: Item,
        work: Callable[[list[Item]], list[T]],
        *,
        most: int,
        timeout_s: float,
        urgent: bool = False,
    ) -> T:
        """What `work` makes of `item`, done together with up to `most` items that wait for the
        same work at the same moment. Raises as `run` does."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        shared = _Shared(item, work, most)

        def alone() -> T:
            return work([item])[0]

        self._put(_Job(alone, timeout_s, future, loop, shared=shared), urgent)
        return await future

    async def aclose(self, timeout_s: float = 5.0) -> None:
        """Drops what waits and lets the running job end, if it does within the time-out."""
        with self._changed:
            self._closed = True
            waiting = self._take_all()
            self._changed.notify_all()
        for job in waiting:
            _fail(job, EngineUnavailable(f"The {self._what} was closed."))
        if not self.broken:
            await asyncio.to_thread(self._thread.join, timeout_s)
        running = self._running
        if running is not None and self._thread.is_alive():
            for job in [running, *_mates(running)]:
                _fail(job, EngineUnavailable(f"The {self._what} was closed."))

    def _put(self, job: _Job[Any], urgent: bool) -> None:
        with self._changed:
            if self.broken or self._closed:
                why = "hangs" if self.broken else "was closed"
                raise EngineUnavailable(f"The {self._what} {why}.", "Open it again.")
            if len(self._urgent) + len(self._drafts) >= self._most:
                self._make_place(urgent)
            (self._urgent if urgent else self._drafts).append(job)
            self._changed.notify()

    def _make_place(self, urgent: bool) -> None:
        self.refused += 1
        if self.refused == 1:
            log.warning("The %s is overloaded: drafts are left out", self._what)
        full = EngineUnavailable(
            f"The {self._what} is overloaded.", "Choose a smaller model or a larger step."
        )
        if not (urgent and self._drafts):
            raise full
        _fail(self._drafts.pop(), full)

    def _take_all(self) -> list[_Job[Any]]:
        waiting = [*self._urgent, *self._drafts]
        self._urgent.clear()
        self._drafts.clear()
        return waiting

    def _next(self) -> _Job[Any] | None:
        with self._changed:
            self._running = None
            while not (self._urgent or self._drafts or self._closed):
                self._changed.wait()
            if self._closed:
                return None
            self._running = (self._urgent or self._drafts).popleft()
            self._gather(self._running)
            return self._running

    def _gather(self, job: _Job[Any]) -> None:
        """Takes jobs from the queues that can be done together with one, urgent ones first."""
        shared = job.shared
        if shared is None or job.future.cancelled():
            return
        for queue in (self._urgent, self._drafts):
            for other in list(queue):
                if len(shared.mates) + 1 >= shared.most:
                    return
                same = other.shared is not None and other.shared.work == shared.work
                if same and not other.future.cancelled():
                    queue.remove(other)
                    shared.mates.append(other)

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            if job.future.cancelled() and not _mates(job):
                continue
            _tell(job, self._watch, job)
            self._work(job)
            del job

    def _work(self, job: _Job[Any]) -> None:
        """Does a job, with its mates, and tells those who wait."""
        jobs = [job, *_mates(job)]
        try:
            results = _results(job)
        except Exception as error:
            if len(jobs) > 1:
                log.warning("The %s crashed on a batch: %s", self._what, type(error).__name__)
                self._alone(jobs)
            else:
                _tell(job, _fail, job, self._failure(error))
        else:
            for each, result in zip(jobs, results, strict=True):
                _tell(each, _resolve, each, result)

    def _alone(self, jobs: list[_Job[Any]]) -> None:
        """Does jobs one by one that failed together, so that one costs the others nothing."""
        for place, job in enumerate(jobs):
            with self._changed:
                if self.broken:
                    return
                if job.shared:
                    job.shared.mates = jobs[place + 1 :]
                self._running = job
            if job.future.cancelled():
                continue
            _tell(job, self._watch, job)
            try:
                result = job.work()
            except Exception as error:
                _tell(job, _fail, job, self._failure(error))
            else:
                _tell(job, _resolve, job, result)

    def _failure(self, error: Exception) -> DragomanError:
        if isinstance(error, DragomanError):
            return error
        log.warning("The %s crashed: %s", self._what, type(error).__name__)
        failed = EngineError(
            f"The {self._what} crashed ({type(error).__name__}: {error}).",
            "Check the model's files, or choose another engine.",
        )
        failed.__cause__ = error
        return failed

    def _watch(self, job: _Job[Any]) -> None:
        _rest(job)
        job.watch.append(job.loop.call_later(job.timeout_s, self._hang, job))

    def _hang(self, job: _Job[Any]) -> None:
        with self._changed:
            if self._running is not job or self._closed:
                return
            self.broken = self._closed = True
            waiting = self._take_all()
        log.error("The %s hangs: no answer in %s s", self._what, job.timeout_s)
        for each in [job, *_mates(job), *waiting]:
            hangs = Hung(
                f"The {self._what} gave no answer in {job.timeout_s:g} s.",
                "Choose a smaller model or another engine.",
            )
            _fail(each, hangs)


def _results(job: _Job[Any]) -> list[Any]:
    if job.shared is None:
        return [job.work()]
    items = [each.shared.item for each in [job, *job.shared.mates] if each.shared]
    results = job.shared.work(items)
    if len(results) != len(items):
        raise ValueError(f"{len(results)} results for {len(items)} windows")
    return results


def _mates(job: _Job[Any]) -> "list[_Job[Any]]":
    return job.shared.mates if job.shared else []


def _tell(job: _Job[Any], call: Callable[..., None], *args: Any) -> None:
    """Calls in the loop of whoever waits, if that has not ended."""
    with suppress(RuntimeError):
        job.loop.call_soon_threadsafe(call, *args)


def _rest(job: _Job[Any]) -> None:
    for timer in job.watch:
        timer.cancel()
    job.watch.clear()


def _resolve(job: _Job[T], result: T) -> None:
    """Ends a job, in the loop."""
    _rest(job)
    if not job.future.done():
        job.future.set_result(result)


def _fail(job: _Job[Any], error: Exception) -> None:
    """Ends a job that has no result, in the loop."""
    _rest(job)
    if not job.future.done():
        job.future.set_exception(error)

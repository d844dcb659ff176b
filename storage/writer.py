"""Captions on their way to the database: kept first, never waited for, never lost."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from domain.captions import Caption
from domain.clock import Clock
from domain.errors import StorageError
from domain.events import Notice
from domain.ports import TranscriptStore
from domain.transcripts import Segment
from storage.able import write_able
from storage.journal import Journal

log = logging.getLogger(__name__)

CHUNK = 50
"""Segments that go from the journal into the store at a time."""


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """How fast and how much."""

    batch_s: float = 0.2
    """A batch waits this long for more."""
    patience_s: float = 1.0
    """A disk or a database that takes longer is announced as slow."""
    limit_s: float = 30.0
    """A database that takes longer is asked again."""
    retry_s: float = 2.0
    """Pause between tries."""
    farewell_s: float = 5.0
    """Time for the last words at the end, for the journal and again for the database."""
    capacity: int = 10_000
    """Segments kept in memory while the journal takes none; later revisions count too."""


@dataclass(slots=True)
class WriterCounts:
    """What became of the segments; a segment written again counts again."""

    written: int = 0
    """In the store."""
    journalled: int = 0
    """In the journal, and so safe."""
    lost: int = 0
    """Refused because memory was full while neither database nor disk took anything."""
    odd: int = 0
    """Broke the store by what they hold; kept in a file beside the journal."""


class SegmentWriter:
    """A CaptionSink and async context manager that makes final captions durable within 1 s.

    Every final segment is appended to the file `journal` first; from there, in order, to the
    store, whenever that works. What an earlier run left in the file goes the same way. Where
    the file takes nothing, segments go to the store at once. Overflow (`capacity`): the newest
    segment is refused, counted in `counts.lost` and announced once.
    """

    def __init__(
        self,
        store: TranscriptStore,
        meeting_id: str,
        journal: Path,
        notify: Callable[[Notice], None],
        clock: Clock,
        settings: WriterSettings | None = None,
    ) -> None:
        self.counts = WriterCounts()
        self._store = store
        self._meeting_id = meeting_id
        self._journal = Journal(journal)
        self._notify = notify
        self._clock = clock
        self._settings = settings or WriterSettings()
        self._pending: deque[Segment] = deque()
        """Not yet in the journal."""
        self._taking = asyncio.Lock()
        """Held by who takes from `_pending`."""
        self._came = asyncio.Event()
        self._kept = asyncio.Event()
        self._closing = False
        self._refused = False
        """The journal takes nothing at present."""
        self._announced: set[str] = set()
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        with suppress(StorageError):
            await asyncio.to_thread(self._journal.hold)
        await self._group.__aenter__()
        keeping = self._group.create_task(self._keep())
        keeping.add_done_callback(lambda _: self._kept.set())
        self._tasks = [keeping, self._group.create_task(self._drain(keeping))]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing = True
        self._came.set()
        try:
            for task in self._tasks:
                _, late = await asyncio.wait({task}, timeout=self._settings.farewell_s)
                if late:
                    log.warning("the last words wait for the next start")
                    task.cancel()
            await self._group.__aexit__(None, None, None)
        finally:
            self._journal.release()

    async def show(self, caption: Caption) -> None:
        """Takes a final caption, or a later revision with a name or more translations."""
        if not caption.final or not caption.words:
            return
        if len(self._pending) >= self._settings.capacity:
            self.counts.lost += 1
            self._announce("segments_lost", "Disk and database refuse: new words are not kept.")
            return
        self._pending.append(Segment.of(caption, self._meeting_id))
        self._came.set()

    async def _keep(self) -> None:
        """Brings what comes into the journal."""
        while not self._closing:
            retry_s = self._settings.retry_s if self._refused and self._pending else None
            await _happens(self._came, retry_s)
            if not self._closing:
                await asyncio.sleep(self._settings.batch_s)
            await self._put_away()
        await self._put_away()

    async def _put_away(self) -> None:
        async with self._taking:
            batch = list(self._pending)
            if not batch:
                return
            slow = self._when_slow("journal_refused", "Words are kept in memory. The disk is slow.")
            try:
                await asyncio.to_thread(self._journal.append, batch)
            except Exception as error:
                said = str(error) if isinstance(error, StorageError) else ""
                text = f"Words wait for the database in memory only. {said}".strip()
                self._announce("journal_refused", text)
                self._refused = True
            else:
                self._refused = False
                self.counts.journalled += len(batch)
                self._drop(len(batch))
            finally:
                slow.cancel()
            self._kept.set()

    async def _drain(self, keeping: asyncio.Task[None]) -> None:
        """Brings the journal into the store, until nothing comes any more."""
        last = False
        while not last:
            last = keeping.done()
            if not await self._catch_up():
                await asyncio.wait({keeping}, timeout=self._settings.retry_s)
            elif not keeping.done():
                await _happens(self._kept)

    async def _catch_up(self) -> bool:
        try:
            done = await self._through_the_journal()
        except Exception as error:
            self._announce("journal_refused", f"{error or type(error).__name__}")
            done = self._refused
        if done and self._refused:
            return await self._past_the_journal()
        if done and self._announced - {"segments_lost"}:
            self._announce("storage_back", "The database takes words again.")
        if done:
            self._announced.clear()
        return done

    async def _through_the_journal(self) -> bool:
        while not (portion := await asyncio.to_thread(self._journal.next, CHUNK)).is_empty:
            if not await self._stored(portion.segments):
                return False
            await asyncio.to_thread(self._journal.done, portion)
        return True

    async def _past_the_journal(self) -> bool:
        async with self._taking:
            batch = list(self._pending)
            if not await self._stored(batch):
                return False
            self._drop(len(batch))
        return True

    async def _stored(self, segments: Sequence[Segment]) -> bool:
        try:
            odd = await write_able(self._write, segments)
        except (StorageError, TimeoutError) as error:
            said = str(error) if isinstance(error, StorageError) else "It is slow."
            self._announce("storage_behind", f"Words wait in a file for the database. {said}")
            return False
        self.counts.written += len(segments) - len(odd)
        if odd:
            await self._give_up(odd)
        return True

    async def _write(self, segments: Sequence[Segment]) -> None:
        slow = self._when_slow(
            "storage_behind", "Words wait in a file for the database. It is slow."
        )
        try:
            async with asyncio.timeout(self._settings.limit_s):
                await self._store.write(segments)
        finally:
            slow.cancel()

    async def _give_up(self, odd: Sequence[Segment]) -> None:
        if not self.counts.odd:
            text = "Some words cannot be stored; they are kept in a file beside the journal."
            self._notify(Notice("segment_odd", text, self._clock.now_s()))
        self.counts.odd += len(odd)
        try:
            await asyncio.to_thread(self._journal.keep_aside, odd)
        except Exception as error:
            log.error("segments that cannot be stored are lost: %s", type(error).__name__)

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._pending.popleft()

    def _when_slow(self, kind: str, text: str) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        return loop.call_later(self._settings.patience_s, self._announce, kind, text)

    def _announce(self, kind: str, text: str) -> None:
        if kind not in self._announced:
            self._announced.add(kind)
            log.warning("segments on their way: %s", kind)
            self._notify(Notice(kind, text, self._clock.now_s()))


async def _happens(event: asyncio.Event, within_s: float | None = None) -> None:
    """Waits for an event, but no longer than that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await event.wait()
    event.clear()

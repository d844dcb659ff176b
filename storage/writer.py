"""Captions on their way to the database: batched, never waited for, never lost."""

import asyncio
import logging
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
from storage.merge import merge_segments

log = logging.getLogger(__name__)

CHUNK = 50
"""Segments that go from the journal into the store at a time."""


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """How fast and how much."""

    batch_s: float = 0.2
    """A batch waits this long for more."""
    patience_s: float = 0.5
    """A database that takes longer has its batch put in the journal as well."""
    retry_s: float = 2.0
    """Pause between tries to bring the journal into the database."""
    farewell_s: float = 5.0
    """Time for the last words at the end."""
    capacity: int = 10_000
    """Segments kept in memory if neither database nor journal takes any."""


@dataclass(slots=True)
class WriterCounts:
    """What became of the segments; a segment written again counts again."""

    written: int = 0
    journalled: int = 0
    lost: int = 0
    """Refused because memory was full while neither database nor disk took anything."""
    odd: int = 0
    """Broke the store by what they hold; kept in a file beside the journal."""


class SegmentWriter:
    """A CaptionSink and async context manager that makes final captions durable within 1 s.

    `journal` is the file that takes segments while the store refuses; what it holds, from an
    earlier run too, goes into the store in order as soon as that works. Overflow
    (`capacity`): the newest segment is refused, counted in `counts.lost` and announced once.
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
        self._pending: dict[str, Segment] = {}
        self._wake = asyncio.Event()
        self._closing = False
        self._behind = False
        self._retry_at_s = 0.0
        self._announced: set[str] = set()
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        self._behind = await asyncio.to_thread(self._take_journal)
        await self._group.__aenter__()
        self._group.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing = True
        self._wake.set()
        try:
            await self._group.__aexit__(None, None, None)
        finally:
            self._journal.release()

    async def show(self, caption: Caption) -> None:
        """Takes a final caption, or a later revision with a name or more translations."""
        if not caption.final or not caption.words:
            return
        segment = Segment.of(caption, self._meeting_id)
        waiting = self._pending.get(segment.id)
        if waiting is None and len(self._pending) >= self._settings.capacity:
            self.counts.lost += 1
            self._announce("segments_lost", "Disk and database refuse: new words are not kept.")
            return
        if waiting is not None:
            segment = merge_segments(waiting, segment)
        self._pending[segment.id] = segment
        self._wake.set()

    def _take_journal(self) -> bool:
        """Whether an earlier run left words; the journal is held from then on."""
        if not self._journal.holds_something:
            return False
        with suppress(StorageError):
            self._journal.hold()
        return True

    async def _run(self) -> None:
        while not self._closing:
            await self._next_turn()
            await self._turn(self._settings.patience_s)
        await self._turn(self._settings.farewell_s)

    async def _next_turn(self) -> None:
        try:
            async with asyncio.timeout(self._settings.retry_s if self._in_arrears else None):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()
        if not self._closing:
            await asyncio.sleep(self._settings.batch_s)

    @staticmethod
    def _loop_s() -> float:
        return asyncio.get_running_loop().time()

    @property
    def _in_arrears(self) -> bool:
        return self._behind or bool(self._pending)

    async def _turn(self, patience_s: float) -> None:
        batch = list(self._pending.values())
        if batch and not (self._behind and await self._put_aside(batch)):
            if await self._try_store(batch, patience_s):
                self._forget(batch)
            elif not self._behind:
                self._behind = True
                await self._put_aside(batch)
        if self._behind and (self._closing or self._loop_s() >= self._retry_at_s):
            await self._catch_up(patience_s)
            self._retry_at_s = self._loop_s() + self._settings.retry_s

    async def _try_store(self, segments: Sequence[Segment], patience_s: float) -> bool:
        async def write(part: Sequence[Segment]) -> None:
            async with asyncio.timeout(patience_s):
                await self._store.write(part)

        try:
            odd = await write_able(write, segments)
        except (StorageError, TimeoutError) as error:
            log.warning("the database refuses segments: %s", type(error).__name__)
            said = str(error) if isinstance(error, StorageError) else "It is slow."
            self._announce("storage_behind", f"Words wait in a file for the database. {said}")
            return False
        self.counts.written += len(segments) - len(odd)
        if odd:
            await self._give_up(odd)
        return True

    async def _give_up(self, odd: Sequence[Segment]) -> None:
        if not self.counts.odd:
            text = "Some words cannot be stored; they are kept in a file beside the journal."
            self._notify(Notice("segment_odd", text, self._clock.now_s()))
        self.counts.odd += len(odd)
        try:
            await asyncio.to_thread(self._journal.keep_aside, odd)
        except Exception as error:
            log.error("segments that cannot be stored are lost: %s", type(error).__name__)

    async def _put_aside(self, batch: Sequence[Segment]) -> bool:
        try:
            await asyncio.to_thread(self._journal.append, batch)
        except Exception as error:
            log.error("the journal refuses segments: %s", type(error).__name__)
            said = str(error) if isinstance(error, StorageError) else ""
            self._announce("journal_refused", f"Words are kept in memory only. {said}".strip())
            return False
        self.counts.journalled += len(batch)
        self._forget(batch)
        return True

    async def _catch_up(self, patience_s: float) -> None:
        """Brings the journal into the store in order, and new words into the journal meanwhile."""
        done = 0
        try:
            while waiting := (await asyncio.to_thread(self._journal.read))[done : done + CHUNK]:
                if not await self._try_store(waiting, patience_s):
                    return
                done += len(waiting)
                if self._pending:
                    await self._put_aside(list(self._pending.values()))
            await asyncio.to_thread(self._journal.clear)
        except StorageError as error:
            self._announce("journal_refused", str(error))
            return
        self._behind = False
        if self._announced:
            self._announce("storage_back", "The database takes words again.")
            self._announced.clear()

    def _forget(self, batch: Sequence[Segment]) -> None:
        """Drops what was taken over, unless a newer revision has come meanwhile."""
        for segment in batch:
            if self._pending.get(segment.id) is segment:
                del self._pending[segment.id]

    def _announce(self, kind: str, text: str) -> None:
        if kind not in self._announced:
            self._announced.add(kind)
            self._notify(Notice(kind, text, self._clock.now_s()))

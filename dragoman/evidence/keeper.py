"""Keeps evidence while a bot runs: on every failure, and when somebody asks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bot.evidence import PageEvidence
from domain.errors import DragomanError, StorageError
from domain.events import Event
from domain.evidence import ASKED, Evidence
from domain.meetings import MeetingState, Reason, StateChange
from dragoman.evidence.shelf import Shelf
from dragoman.evidence.tail import last_fault, tail
from dragoman.worker import Worker

log = logging.getLogger(__name__)

MOST_WAITING = 5
"""Failures that wait to be kept; beyond it the newest is dropped and logged."""
CLOSE_S = 20.0
"""Longest wait for what is under way at the end."""
CAPTURE_S = 4.0
"""Longest wait for it where the bot is about to give its page up."""


class EvidenceKeeper(Worker):
    """An async context manager inside the bot's. `note` hears of the session's events."""

    def __init__(self, folder: Path, page: Callable[[], Awaitable[PageEvidence]]) -> None:
        super().__init__()
        self._folder = folder
        self._page = page
        self._queue: asyncio.Queue[StateChange | None] = asyncio.Queue(MOST_WAITING + 1)
        self._idle = asyncio.Event()
        self._idle.set()
        self._turn = asyncio.Lock()
        self._kept: Reason | None = None

    def _begin(self) -> None:
        self.own(self._run())

    async def _end(self) -> None:
        self._queue.put_nowait(None)
        if not await self._ended_within(CLOSE_S):
            log.warning("some evidence could not be kept in time")

    def note(self, event: Event) -> None:
        """Takes failures; one that goes on to the end of the stay is kept once."""
        if not isinstance(event, StateChange):
            return
        if event.state is MeetingState.IN_MEETING:
            self._kept = None
        elif failed(event) and event.reason is not self._kept:
            if self._queue.qsize() >= MOST_WAITING:
                log.warning("failures come faster than they are kept")
                return
            self._kept = event.reason
            self._idle.clear()
            self._queue.put_nowait(event)

    async def captured(self) -> None:
        """Waits a little for what is under way; to be called before the page is given up."""
        try:
            async with asyncio.timeout(CAPTURE_S):
                await self._idle.wait()
        except TimeoutError:
            log.info("the page went before all of its evidence was kept")

    async def asked(self) -> str:
        """Keeps the present moment; the evidence's id. Raises StorageError."""
        return (await self._keep(ASKED, "")).id

    async def _run(self) -> None:
        while (failure := await self._queue.get()) is not None:
            try:
                await self._keep(failure.reason.value, failure.evidence)
            except StorageError as error:
                log.warning("evidence could not be kept: %s", error.message)
            except Exception:
                log.exception("evidence could not be kept")
            if self._queue.empty():
                self._idle.set()

    async def _keep(self, reason: str, error: str) -> Evidence:
        async with self._turn:
            page = await self._page()
            return await asyncio.to_thread(keep, self._folder, reason, error, page)


def failed(change: StateChange) -> bool:
    """Whether a step tells of something that went wrong."""
    if change.state is MeetingState.LEAVING:
        return change.reason in IN_CALL
    wrong = change.state is MeetingState.FAILED
    return wrong or change.reason in (Reason.REMOVED, Reason.RECOVERING)


IN_CALL = frozenset(
    {Reason.REMOVED, Reason.PAGE_GONE, Reason.BROWSER_FAILED, Reason.INTERNAL_ERROR}
)
"""Why a stay ends before its time."""


BOT_DIED = PageEvidence(missing=["picture and archive: the bot's process was gone"])
"""Of a page that nobody can look at any more."""


@contextmanager
def failure_kept(folder: Path) -> Iterator[None]:
    """Keeps the error that ends a process before there was a page, or after it."""
    try:
        yield
    except DragomanError as error:
        with suppress(StorageError):
            keep(folder, Reason.INTERNAL_ERROR.value, error.message)
        raise


def keep(folder: Path, reason: str, error: str, page: PageEvidence | None = None) -> Evidence:
    """Stores a moment, without a page where there is none. Blocks. Raises StorageError."""
    page = page or PageEvidence(missing=["picture and archive: there was no page"])
    lines = tail(folder)
    files = {"png": page.picture, "mhtml": page.archive, "log": lines or None}
    evidence = Evidence(
        id="",
        at=datetime.now(UTC),
        reason=reason,
        error=error or last_fault(lines),
        address=page.address,
        missing=tuple(page.missing),
    )
    try:
        return Shelf(folder).keep(evidence, {kind: c for kind, c in files.items() if c is not None})
    except OSError as fault:
        raise StorageError(
            f"The evidence cannot be written: {fault.strerror}.", "Free some space."
        ) from fault

"""The database: one thread that writes, a few that read, the schema brought up to date."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Self, TypeVar

from sqlalchemy import URL, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from domain.errors import StorageError, UsageError
from storage import postgres, sqlite
from storage.failures import translated
from storage.migrations.upgrade import is_current, upgrade

log = logging.getLogger(__name__)

T = TypeVar("T")

READERS = 2
ANSWER_S = 60.0
"""Longest wait for a database that has taken a question and does not answer."""
CLOSE_S = 10.0
"""Longest wait for work that has begun when the database is closed."""

_LIKE = "Write postgresql://USER:PASSWORD@HOST:5432/NAME, or leave it empty for SQLite."


class Database:
    """An async context manager around an SQLite file (a path) or a PostgreSQL address.

    Writing transactions follow each other, those of other processes included, and reading ones
    see one moment: the same on both.
    """

    def __init__(self, url_or_path: str | Path, *, answer_s: float = ANSWER_S) -> None:
        self.url = _url(str(url_or_path))
        self.kind = self.url.get_backend_name()
        self.where = self.url.database or "memory"
        if self.kind != "sqlite":
            user, host, port, name = (
                self.url.username, self.url.host, self.url.port, self.url.database
            )  # fmt: skip
            self.where = str(URL.create("postgresql", user, None, host, port, name))
        self._answer_s = answer_s
        self._engine: Engine | None = None
        self._cut: Callable[[], None] = lambda: None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="storage-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage-read")

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._writer, self._open)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def write(self, work: Callable[[Session], T]) -> T:
        """Runs work in one transaction on the writer thread; durable when it returns.

        Work that has begun is finished even if the caller is cancelled. Raises StorageError.
        """
        return await self._asked(self._writer, work, reading=False)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Runs work that only reads, on a thread of its own. Raises StorageError."""
        return await self._asked(self._readers, work, reading=True)

    async def scrub(self) -> None:
        """Takes what was deleted out of the database's files as far as it lets us.

        On SQLite nothing stays: content is overwritten, and the log beside the file emptied.
        Raises StorageError where another program reads the file meanwhile.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._scrub)

    async def _asked(
        self, threads: ThreadPoolExecutor, work: Callable[[Session], T], *, reading: bool
    ) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._answer_s):
                return await loop.run_in_executor(threads, self._run, work, reading)
        except TimeoutError as error:
            raise StorageError(
                "The database does not answer.", f"See what keeps {self.where} busy; try again."
            ) from error

    def _scrub(self) -> None:
        with translated(self.where):
            self._made.scrub(self._used)

    @property
    def _made(self) -> ModuleType:
        return postgres if self.kind == "postgresql" else sqlite

    @property
    def _used(self) -> Engine:
        assert self._engine is not None, "the database is used as an async context manager"
        return self._engine

    def _open(self) -> None:
        with translated(self.where):
            self._engine, self._cut = self._made.make_engine(self.url)
            with self._engine.connect().execution_options(**self._made.READING) as connection:
                current = is_current(connection)
            if not current:
                with self._engine.begin() as connection:
                    upgrade(connection)

    def _run(self, work: Callable[[Session], T], reading: bool) -> T:
        with translated(self.where), Session(self._used, expire_on_commit=False) as session:
            session.connection(execution_options=self._made.READING if reading else {})
            result = work(session)
            if not reading:
                session.commit()
            return result

    async def _close(self) -> None:
        ended = asyncio.ensure_future(asyncio.to_thread(self._shut))
        _, late = await asyncio.wait({ended}, timeout=CLOSE_S)
        if late:
            log.warning("the database is left without an answer")
            self._cut()
        await ended

    def _shut(self) -> None:
        self._readers.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        if self._engine is not None:
            self._engine.dispose()


def _url(text: str) -> URL:
    """The address as SQLAlchemy takes it. Raises UsageError."""
    if "://" not in text:
        return URL.create("sqlite", database=text)
    scheme, _, rest = text.partition("://")
    kind = scheme.partition("+")[0]
    try:
        url = make_url(f"{'postgresql' if kind == 'postgres' else kind}://{rest}")
    except (ArgumentError, ValueError) as error:
        raise UsageError("This is no address of a database.", _LIKE) from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageError(f"Dragoman keeps nothing in {kind}.", _LIKE)
    return url

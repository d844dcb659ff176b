"""The database: one thread that writes, a few that read, the schema brought up to date."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, create_engine

from domain.errors import StorageError
from storage.failures import translated
from storage.migrations.upgrade import upgrade

T = TypeVar("T")

READERS = 2
BUSY_MS = 5000
"""How long SQLite waits for another process's lock."""

_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)


class Database:
    """An async context manager around an SQLite file (a path) or any SQLAlchemy address."""

    def __init__(self, url_or_path: str | Path) -> None:
        text = str(url_or_path)
        self.url = make_url(text if "://" in text else f"sqlite:///{text}")
        self.where = self.url.render_as_string(hide_password=True)
        if self.url.get_backend_name() == "sqlite":
            self.where = self.url.database or "memory"
        self._engine: Engine | None = None
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
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self._run, work, False)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Runs work that only reads, on a thread of its own. Raises StorageError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._run, work, True)

    async def scrub(self) -> None:
        """Takes what was deleted out of the log beside an SQLite file too.

        Within the file itself deleted content is overwritten. Raises StorageError where
        another program reads the file meanwhile.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._scrub)

    def _scrub(self) -> None:
        assert self._engine is not None, "the database is used as an async context manager"
        if self.url.get_backend_name() != "sqlite":
            return
        with translated(self.where):
            connection = self._engine.raw_connection()
            try:
                row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.close()
        if row[0]:
            raise StorageError(
                "What was deleted is still in the log beside the database: it is in use.",
                "Try again when no other command of Dragoman runs.",
            )

    def _open(self) -> None:
        with translated(self.where):
            if self.url.get_backend_name() == "sqlite" and self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine = create_engine(self.url)
            if self.url.get_backend_name() == "sqlite":
                _set_up_sqlite(self._engine)
            with self._engine.begin() as connection:
                upgrade(connection)

    def _run(self, work: Callable[[Session], T], reading: bool) -> T:
        assert self._engine is not None, "the database is used as an async context manager"
        with translated(self.where), Session(self._engine, expire_on_commit=False) as session:
            session.connection(execution_options={"reading": reading})
            result = work(session)
            if not reading:
                session.commit()
            return result

    async def _close(self) -> None:
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._readers.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        if self._engine is not None:
            self._engine.dispose()


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switches to WAL; SQLite's own time-out does not cover two who switch at once."""
    until_s = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until_s:
                raise
            time.sleep(0.02)
        else:
            return


def _set_up_sqlite(engine: Engine) -> None:
    """Makes every connection durable, and every writing transaction take its lock at once."""

    def connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        _use_wal(connection)

    def begun(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)

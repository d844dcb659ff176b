"""SQLite as a database of Dragoman: durable, and one who writes at a time."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import StorageError

BUSY_MS = 5000
"""How long SQLite waits for another process's lock."""

_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
)

READING: dict[str, Any] = {"reading": True}
"""Options of a transaction that only reads: it takes no lock, and sees one moment."""


def make_engine(url: URL) -> tuple[Engine, Callable[[], None]]:
    """The engine, and what cuts its connections: nothing, a file does not hang."""
    if url.database:
        _make_private(Path(url.database))
    # Errors reach the log; what was said must not.
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine, lambda: None


def _make_private(path: Path) -> None:
    """An empty file that only its owner can read; the log beside it is made with its mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # it is there, or SQLite says what is wrong
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def scrub(engine: Engine) -> None:
    """Takes what was deleted out of the log beside the file. Raises StorageError."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        row = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    if row[0]:
        raise StorageError(
            "What was deleted is still in the log beside the database: it is in use.",
            "Try again when no other command of Dragoman runs.",
        )


def _connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    _use_wal(connection)


def _begun(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


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

"""PostgreSQL as a database of Dragoman: what SQLite does by its nature is asked for here."""

import os
import socket
import weakref
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import MissingError

DRIVER = "postgresql+psycopg"
CONNECT_S = 5
LOCK_MS = 5000
"""How long a writer waits for another one."""
IDLE_MS = 60_000
"""A transaction whose process says nothing for so long is ended: its lock is free again."""

_WRITERS = f"SELECT pg_advisory_xact_lock({int.from_bytes(b'dragoman')})"
_SETTINGS = (
    f"SET lock_timeout = {LOCK_MS}; "
    f"SET idle_in_transaction_session_timeout = {IDLE_MS}; "
    "SET synchronous_commit = on; SET timezone = 'UTC'"
)
_NETWORK: dict[str, Any] = {
    "connect_timeout": CONNECT_S,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "application_name": "dragoman",
}
"""A server whose machine is gone is noticed within half a minute."""

READING: dict[str, Any] = {
    "reading": True,
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}
"""Options of a transaction that only reads: it takes no lock, and sees one moment."""


def make_engine(url: URL) -> tuple[Engine, Callable[[], None]]:
    """The engine, and what cuts its connections off where the server hangs.

    Raises MissingError where the driver is not installed.
    """
    if find_spec("psycopg") is None:
        raise MissingError(
            "PostgreSQL needs its driver, which is not installed.",
            'Install it: pip install "dragoman[postgres]"',
        )
    network = {key: value for key, value in _NETWORK.items() if key not in url.query}
    engine = create_engine(
        url.set(drivername=DRIVER), pool_pre_ping=True, connect_args=network, hide_parameters=True
    )
    opened: weakref.WeakSet[Any] = weakref.WeakSet()

    def connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
        opened.add(connection)
        _connected(connection)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _begun)
    return engine, lambda: _cut(list(opened))


def scrub(engine: Engine) -> None:
    """Gives the space of what was deleted free, and writes voices anew without the deleted
    ones. The server's own log keeps copies until it is recycled."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM (FULL) voiceprint")
        connection.exec_driver_sql("VACUUM")


def _connected(connection: Any) -> None:
    from psycopg.types.string import StrDumper

    class Readable(StrDumper):
        """PostgreSQL keeps every character but one."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\x00", "\ufffd"))

    connection.adapters.register_dumper(str, Readable)
    connection.autocommit = True
    connection.execute(_SETTINGS)
    connection.autocommit = False


def _begun(connection: Connection) -> None:
    """Lets writers follow each other as SQLite does: what one reads, no other changes."""
    options = connection.get_execution_options()
    if not options.get("reading") and options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(_WRITERS)


def _cut(connections: list[Any]) -> None:
    """Ends the network streams of connections, so that who waits for an answer gets an error."""
    import psycopg

    for connection in connections:
        if connection.closed:
            continue
        # It may have ended by itself.
        with (
            suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.fileno())) as stream,
        ):
            stream.shutdown(socket.SHUT_RDWR)

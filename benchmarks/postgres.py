"""A PostgreSQL of its own in a temporary folder, for tests and benchmarks.

Nothing of it is durable or reachable from elsewhere, and it ends with the process.
"""

import asyncio
import atexit
import functools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from sqlmodel import SQLModel

from storage.database import Database

_NUMBERS = count(1)
_QUICK = (
    "fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=",
    "max_connections=60", "shared_buffers=16MB", "autovacuum=off", "jit=off",
    "max_wal_size=64MB", "min_wal_size=32MB",
)  # fmt: skip
START_S = 60


class NoPostgres(Exception):
    """There is none on this machine, with the reason."""


def binaries() -> Path:
    """The folder of the newest server. Raises NoPostgres."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    if found:
        return found[-1]
    on_path = shutil.which("postgres")
    if on_path is None:
        raise NoPostgres("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return Path(on_path).parent


class Cluster:
    """A server on a socket in its own folder, within its `with`. `quick` trades durability for
    speed. Raises NoPostgres."""

    def __init__(self, *, quick: bool = True) -> None:
        self._bin = binaries()
        self._as: dict[str, str] = {}
        if os.geteuid() == 0:
            self._as = {"user": _other_user()}
        self.folder = Path(tempfile.mkdtemp(prefix="dragoman-pg-"))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._quick = quick
        self._server: subprocess.Popen[bytes] | None = None
        if self._as:
            shutil.chown(self.folder, self._as["user"])
        self._call(
            "initdb", "-D", str(self.data), "-U", "dragoman", "-A", "trust", "--no-sync",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip

    def __enter__(self) -> "Cluster":
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def url(self, name: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://dragoman@/{name}?host={self.folder}"

    def start(self) -> None:
        """Starts it and waits until it answers. Raises TimeoutError with its last words."""
        options = _QUICK if self._quick else ("listen_addresses=", "max_connections=60")
        command = [str(self._bin / "postgres"), "-D", str(self.data), "-k", str(self.folder)]
        for option in options:
            command += ["-c", option]
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True,
                user=self._as.get("user"),
            )  # fmt: skip
        for _ in range(START_S * 10):
            if self._ready():
                return
        raise TimeoutError(self.log.read_text()[-2000:])

    def stop(self, mode: str = "immediate") -> None:
        """Ends it: immediate, fast, or smart."""
        if self._server is not None:
            sign = {"immediate": signal.SIGQUIT, "fast": signal.SIGINT, "smart": signal.SIGTERM}
            self._server.send_signal(sign[mode])
            self._server.wait(START_S)
            self._server = None

    def kill(self) -> None:
        """Ends every process of it at once, as a loss of power does."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait(START_S)
            self._server = None

    def freeze(self, *, on: bool) -> None:
        """Stops its processes in their tracks, or lets them go on."""
        assert self._server is not None
        for pid in (self._server.pid, *_children(self._server.pid)):
            os.kill(pid, signal.SIGSTOP if on else signal.SIGCONT)

    def ask(self, statement: str, name: str = "postgres") -> str:
        """What a statement gives, as psql prints it."""
        return self._call(
            "psql", "-h", str(self.folder), "-U", "dragoman", "-d", name, "-X", "-At",
            "-v", "ON_ERROR_STOP=1", "-c", statement,
        )  # fmt: skip

    def new_database(self, template: str = "template1") -> str:
        """Makes a database; its name."""
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Forgets a database, whoever uses it."""
        self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def remove(self) -> None:
        """Ends it, and deletes its folder."""
        with suppress(OSError, subprocess.TimeoutExpired):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ready(self) -> bool:
        assert self._server is not None
        if self._server.poll() is not None:
            raise TimeoutError(self.log.read_text()[-2000:])
        command = [str(self._bin / "pg_isready"), "-h", str(self.folder), "-q"]
        if subprocess.run(command, check=False).returncode == 0:
            return True
        with suppress(subprocess.TimeoutExpired):
            self._server.wait(0.1)
        return False

    def _call(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._bin / program), *arguments], capture_output=True, text=True, check=False,
            cwd=self.folder, user=self._as.get("user"),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()[-500:]}")
        return done.stdout.strip()


@functools.cache
def shared() -> Cluster:
    """One for this process; started once, removed at its end. Raises NoPostgres."""
    cluster = Cluster()
    atexit.register(cluster.remove)
    cluster.start()
    return cluster


@functools.cache
def _migrated() -> str:
    """A database with today's schema, to be copied."""
    cluster = shared()
    name = cluster.new_database()

    async def migrate() -> None:
        async with Database(cluster.url(name)):
            pass

    with ThreadPoolExecutor(1) as thread:
        # The caller may be within a loop.
        thread.submit(asyncio.run, migrate()).result()
    return name


_EMPTY: list[str] = []
"""Databases with today's schema that nobody uses now."""


@contextmanager
def fresh(*, migrated: bool = True) -> Iterator[str]:
    """The address of a database without rows, or even without tables, for as long as it is
    used. Raises NoPostgres."""
    cluster = shared()
    if not migrated:
        name = cluster.new_database()
        try:
            yield cluster.url(name)
        finally:
            cluster.drop(name)
        return
    name = _EMPTY.pop() if _EMPTY else cluster.new_database(_migrated())
    try:
        yield cluster.url(name)
    finally:
        _empty(cluster.url(name))
        _EMPTY.append(name)


def _empty(url: str) -> None:
    """Deletes every row; much faster than another database."""
    import psycopg

    tables = [f'DELETE FROM "{table.name}"' for table in reversed(SQLModel.metadata.sorted_tables)]
    with psycopg.connect(url) as connection:
        connection.execute("SET lock_timeout = 10000; " + "; ".join(tables))


def _other_user() -> str:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise NoPostgres("PostgreSQL refuses to run as root, and there is no other user")


def _children(pid: int) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return [int(each) for each in re.findall(r"\d+", found)]

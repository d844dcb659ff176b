"""How commands of the same user find the server that runs on a data folder.

The server keeps `server.json` in it: its address, its process, and a token that is made at each
start. Only the owner of the folder can read the file. It is locked as long as the server lives,
so that a file which a killed server left behind is known as such, and nobody else who got hold
of its port is taken for it. It is there, and empty, before anything of the server begins: of two
that start at once, one does nothing.
"""

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import UsageError
from dragoman.failures import storage_failure

NAME = "server.json"
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server is reached, and what lets in."""

    address: str
    token: str = field(repr=False)
    process: int


class Held:
    """The folder of the one server that may run on it."""

    def __init__(self, file: int) -> None:
        self._file = file

    @contextmanager
    def opened(self, address: str, token: str) -> Iterator[None]:
        """Lets the user's commands in for as long as it is open. Raises StorageError."""
        told = {"address": address, "process": os.getpid(), "token": token}
        try:
            os.pwrite(self._file, json.dumps(told).encode(), 0)
        except OSError as error:
            raise storage_failure(error) from error
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(self._file, 0)


@contextmanager
def held(folder: Path) -> Iterator[Held]:
    """Keeps other servers from a data folder for as long as it is open. Raises StorageError,
    and UsageError where one runs on it."""
    path = folder / NAME
    draft = path.with_name(f".{NAME}.{secrets.token_hex(4)}")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise storage_failure(error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            _hang(draft, path)
        except OSError as error:
            raise storage_failure(error) from error
        yield Held(file)
    finally:
        draft.unlink(missing_ok=True)
        with suppress(OSError):
            if os.stat(path).st_ino == os.fstat(file).st_ino:
                path.unlink()
        os.close(file)


def _hang(draft: Path, path: Path) -> None:
    """Puts the file in its place, where no server runs; of two at once, the second finds one."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with _of_a_server(path) as other:
            if other is not None:
                told = _read(os.read(other, _LONGEST))
                where = told.address if told else "it is starting or ending"
                raise UsageError(
                    f"A server runs on the data folder {path.parent} already: {where}.",
                    "See: dragoman status; for a second one choose another folder with --data.",
                )
        draft.replace(path)
    finally:
        os.close(folder)


def find(folder: Path) -> Door | None:
    """The server that lets commands in on a data folder. Raises UsageError where others could
    have read its token."""
    path = folder / NAME
    with _of_a_server(path) as file:
        if file is None:
            return None
        _private(file, path)
        return _read(os.read(file, _LONGEST))


@contextmanager
def _of_a_server(path: Path) -> Iterator[int | None]:
    """The file, open, of a server that lives."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield file if _runs(file) else None
    finally:
        os.close(file)


def _runs(file: int) -> bool:
    """Whether the server that wrote the file lives: it holds the lock."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _private(file: int, path: Path) -> None:
    found = os.fstat(file)
    own = found.st_uid in (os.geteuid(), path.parent.stat().st_uid)
    if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077 or not own:
        raise UsageError(
            f"Other users of this machine could read {path}.",
            "Start the server again: it makes a new token.",
        )


def _read(content: bytes) -> Door | None:
    try:
        told = json.loads(content)
        return Door(str(told["address"]), str(told["token"]), int(told["process"]))
    except (ValueError, KeyError, TypeError):
        return None

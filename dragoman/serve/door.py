"""How commands of the same user find the server that runs on a data folder.

The server keeps `server.json` in it: its address, its process, and a token that is made at each
start. Only the owner of the folder can read the file. It is locked as long as the server lives,
so that a file which a killed server left behind is known as such, and nobody else who got hold
of its port is taken for it.
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


@contextmanager
def opened(folder: Path, address: str, token: str) -> Iterator[None]:
    """Lets the user's commands in for as long as it is open. Raises StorageError, and
    UsageError where another server runs on the folder."""
    path = folder / NAME
    draft = path.with_name(f".{NAME}.{secrets.token_hex(4)}")
    told = {"address": address, "process": os.getpid(), "token": token}
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise storage_failure(error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            os.write(file, json.dumps(told).encode())
            _hang(draft, path)
        except OSError as error:
            raise storage_failure(error) from error
        yield
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
        if find(path.parent) is not None:
            raise UsageError(
                f"A server runs on the data folder {path.parent} already.",
                "See: dragoman status; for a second one choose another folder with --data.",
            )
        draft.replace(path)
    finally:
        os.close(folder)


def find(folder: Path) -> Door | None:
    """The server that runs on a data folder. Raises UsageError where others could have read
    its token."""
    path = folder / NAME
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if not _runs(file):
            return None
        _private(file, path)
        return _read(os.read(file, _LONGEST))
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

"""A file that takes final segments while the database does not."""

import fcntl
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from domain.errors import StorageError
from domain.transcripts import Segment
from storage.codec import segment_from_json, segment_to_json
from storage.failures import storage_error

log = logging.getLogger(__name__)


class Journal:
    """JSON lines, one segment each, durable once appended. Calls block: use a thread.

    Who adds or clears holds the file until `release`, which also deletes an empty one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.aside = path.with_suffix(".bad.jsonl")
        """Where lines go that no segment can be made of, and segments that no store takes."""
        self._held: BinaryIO | None = None

    @property
    def holds_something(self) -> bool:
        """Whether segments wait in it."""
        try:
            return self.path.stat().st_size > 0
        except OSError:
            return False

    def hold(self) -> bool:
        """Keeps others from the file; False if one of them has it. Raises StorageError."""
        if self._held is not None and os.fstat(self._held.fileno()).st_nlink:
            return True
        self._let_go()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            while self._held is None:
                file = self.path.open("ab")
                if not _locked(file):
                    return False
                if os.fstat(file.fileno()).st_nlink:
                    self._held = file
                else:
                    file.close()
        except OSError as error:
            raise storage_error(error, str(self.path)) from error
        return True

    def release(self) -> None:
        """Lets others have the file."""
        if self._held is not None:
            try:
                if not os.fstat(self._held.fileno()).st_size:
                    self.path.unlink(missing_ok=True)
            except OSError as error:
                log.warning("an empty journal stays: %s", type(error).__name__)
        self._let_go()

    def append(self, segments: Sequence[Segment]) -> None:
        """Adds segments and waits until the disk has them. Raises StorageError."""
        self._need_hold()
        _append(self.path, [_line(segment) for segment in segments])

    def read(self) -> list[Segment]:
        """What waits, oldest first, without broken lines. Raises StorageError."""
        return self._parsed()[0]

    def clear(self) -> None:
        """Forgets everything but broken lines, which go aside. Raises StorageError."""
        self._need_hold()
        broken = self._parsed()[1]
        if broken:
            log.warning("put %d broken lines of a journal aside", len(broken))
            _append(self.aside, broken)
        try:
            os.truncate(self.path, 0)
        except OSError as error:
            raise storage_error(error, str(self.path)) from error

    def keep_aside(self, segments: Sequence[Segment]) -> None:
        """Keeps segments that no store takes. Raises StorageError."""
        _append(self.aside, [_line(segment) for segment in segments])

    def _need_hold(self) -> None:
        if not self.hold():
            raise StorageError(
                "Another process reads the file of waiting words.", "Wait until it has ended."
            )

    def _let_go(self) -> None:
        file, self._held = self._held, None
        if file is not None:
            file.close()

    def _parsed(self) -> tuple[list[Segment], list[bytes]]:
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return [], []
        except OSError as error:
            raise storage_error(error, str(self.path)) from error
        segments: list[Segment] = []
        broken: list[bytes] = []
        for line in filter(None, lines):
            try:
                segments.append(segment_from_json(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError):
                broken.append(line)
        return segments, broken


def _line(segment: Segment) -> bytes:
    text = json.dumps(segment_to_json(segment), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _append(path: Path, lines: Sequence[bytes]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            begin = b"" if _ends_well(file.fileno()) else b"\n"
            file.write(begin + b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise storage_error(error, str(path)) from error


def _ends_well(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"


def _locked(file: BinaryIO) -> bool:
    """Locks the file, or closes it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    except BaseException:
        file.close()
        raise
    return True

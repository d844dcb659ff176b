"""A file that takes final segments before the database does."""

import fcntl
import json
import logging
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from domain.errors import StorageError
from domain.transcripts import Segment
from storage.codec import segment_from_json, segment_to_json
from storage.failures import storage_error, translated

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Portion:
    """Lines that follow each other in a journal."""

    segments: tuple[Segment, ...]
    broken: tuple[bytes, ...]
    """Lines that no segment can be made of."""
    end: int
    """Place in the file after them."""

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing left."""
        return not self.segments and not self.broken


class Journal:
    """JSON lines, one segment each, durable once appended. Calls block: use threads.

    One process holds the file, from its first line until `release`, which deletes an empty
    one. What the store has taken is told with `done`; when that is everything, the file is
    emptied. After a crash all of it is taken again, which changes nothing in the store.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.aside = path.with_suffix(".bad.jsonl")
        """Where lines go that no segment can be made of, and segments that no store takes."""
        self._held: BinaryIO | None = None
        self._done = 0
        """Place up to which the store has everything."""
        self._turn = threading.Lock()

    @property
    def holds_something(self) -> bool:
        """Whether segments wait in it."""
        try:
            return self.path.stat().st_size > self._done
        except OSError:
            return False

    def hold(self) -> bool:
        """Keeps others from the file; False if one of them has it. Raises StorageError."""
        if self._held is not None and os.fstat(self._held.fileno()).st_nlink:
            return True
        self._let_go()
        with translated(str(self.path)):
            self.path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            while self._held is None:
                file = self.path.open("ab+", buffering=0)
                if not _locked(file):
                    return False
                if os.fstat(file.fileno()).st_nlink:
                    self._held = file
                else:
                    file.close()
            _flush_folder(self.path.parent)
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
        """Adds segments and waits until the disk has them; all or none. Raises StorageError."""
        with self._turn:
            _append(self._mine(), [_line(segment) for segment in segments], self.path)

    def next(self, count: int) -> Portion:
        """What the store does not have yet, oldest first. Raises StorageError."""
        with self._turn, translated(str(self.path)):
            return _portion(self.path, self._done, count)

    def done(self, portion: Portion) -> None:
        """The store has these now; broken lines go aside. Raises StorageError."""
        if portion.broken:
            log.warning("put %d broken lines of a journal aside", len(portion.broken))
            _append_to(self.aside, portion.broken)
        with self._turn, translated(str(self.path)):
            file = self._mine()
            self._done = portion.end
            if self._done >= os.fstat(file.fileno()).st_size:
                # Not flushed: lines that come back after a crash are only taken again.
                os.ftruncate(file.fileno(), 0)
                self._done = 0

    def read(self) -> list[Segment]:
        """All that waits, oldest first, without broken lines. Raises StorageError."""
        return list(self.next(1 << 30).segments)

    def keep_aside(self, segments: Sequence[Segment]) -> None:
        """Keeps segments that no store takes. Raises StorageError."""
        _append_to(self.aside, [_line(segment) for segment in segments])

    def _mine(self) -> BinaryIO:
        if not self.hold() or self._held is None:
            raise StorageError(
                "Another process reads the file of waiting words.", "Wait until it has ended."
            )
        return self._held

    def _let_go(self) -> None:
        file, self._held, self._done = self._held, None, 0
        if file is not None:
            file.close()


def _portion(path: Path, start: int, count: int) -> Portion:
    segments: list[Segment] = []
    broken: list[bytes] = []
    try:
        with path.open("rb") as file:
            file.seek(start)
            for line in islice(file, count):
                start += len(line)
                if not line.strip():
                    continue
                try:
                    segments.append(segment_from_json(json.loads(line)))
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                    broken.append(line.rstrip(b"\n"))
    except FileNotFoundError:
        pass
    return Portion(tuple(segments), tuple(broken), start)


def _line(segment: Segment) -> bytes:
    text = json.dumps(segment_to_json(segment), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _append_to(path: Path, lines: Sequence[bytes]) -> None:
    with translated(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+", buffering=0) as file:
            _append(file, lines, path)


def _append(file: BinaryIO, lines: Sequence[bytes], path: Path) -> None:
    before = os.fstat(file.fileno()).st_size
    content = b"".join(line + b"\n" for line in lines)
    try:
        left = memoryview(content if _ends_well(file.fileno()) else b"\n" + content)
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
    except OSError as error:
        with suppress(OSError):
            os.ftruncate(file.fileno(), before)
        raise storage_error(error, str(path)) from error


def _flush_folder(path: Path) -> None:
    """Makes a new file's name durable too."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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

"""A file that takes final segments while the database does not."""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from domain.transcripts import Segment
from storage.codec import segment_from_json, segment_to_json
from storage.failures import storage_error

log = logging.getLogger(__name__)


class Journal:
    """JSON lines, one segment each, durable once appended. Calls block: use a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def holds_something(self) -> bool:
        """Whether segments wait in it."""
        try:
            return self.path.stat().st_size > 0
        except OSError:
            return False

    def append(self, segments: Sequence[Segment]) -> None:
        """Adds segments and waits until the disk has them. Raises StorageError."""
        lines = "".join(
            json.dumps(segment_to_json(segment), ensure_ascii=False) + "\n" for segment in segments
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                file.write((b"" if self._ends_well(file.fileno()) else b"\n") + lines.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise storage_error(error, str(self.path)) from error

    def read(self) -> list[Segment]:
        """What waits, oldest first; a line cut off by a crash is skipped."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise storage_error(error, str(self.path)) from error
        segments: list[Segment] = []
        for line in filter(None, lines):
            try:
                segments.append(segment_from_json(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                log.warning("skipped a broken line of a journal")
        return segments

    def clear(self) -> None:
        """Forgets everything. Raises StorageError."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, str(self.path)) from error

    def _ends_well(self, descriptor: int) -> bool:
        size = os.fstat(descriptor).st_size
        return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"

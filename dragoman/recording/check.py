"""Whether a recording is whole: every file, every checksum, what is missing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.audio import Gap
from dragoman.recording.manifest import HINTS, Manifest


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not what the manifest says."""

    file: str
    what: str
    """gone or changed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found."""

    faults: tuple[Fault, ...]
    gaps: tuple[Gap, ...]
    complete: bool

    @property
    def whole(self) -> bool:
        """Whether every file is there as it was written."""
        return not self.faults


def verify(folder: Path, manifest: Manifest, progress: Callable[[int], None]) -> Verdict:
    """Reads every file once. Blocks."""
    faults: list[Fault] = []
    for number, piece in enumerate(manifest.pieces, 1):
        for name, checksum in ((piece.file, piece.sha256), (piece.index, piece.index_sha256)):
            faults += _look(folder / name, checksum)
        progress(number)
    if manifest.hints_sha256:
        faults += _look(folder / HINTS, manifest.hints_sha256)
    return Verdict(tuple(faults), manifest.gaps, manifest.complete)


def _look(path: Path, checksum: str) -> Sequence[Fault]:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return [Fault(path.name, "gone")]
    return [] if found == checksum else [Fault(path.name, "changed")]

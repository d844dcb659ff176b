"""What a recording's folder holds, told by one file that is replaced in one step."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from domain.audio import Gap
from domain.errors import UsageError
from storage.export.files import write_atomic

NAME = "manifest.json"
HINTS = "hints.jsonl"
FOLDER = "recording"
"""In a meeting's folder."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some seconds of one track in a FLAC file. Sample n was heard at start_s + n / 16000."""

    file: str
    track: str
    start_s: float
    end_s: float
    samples: int
    sha256: str
    """Of the FLAC file."""
    bytes: int
    index: str
    """The file that tells each frame's time: start, arrival, samples, place in the piece."""
    index_sha256: str
    people: tuple[str, ...] = ()
    """Ids of the participants whom the track carried meanwhile, where Meet told."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The pieces of a recording in the order in which they were finished, and what is missing."""

    meeting_id: str
    began_at: datetime
    """Wall clock of meeting second 0."""
    pieces: tuple[Piece, ...] = ()
    gaps: tuple[Gap, ...] = ()
    hints_sha256: str = ""
    """Of hints.jsonl; empty until the recording is complete."""
    complete: bool = False
    """False while it grows, and where the bot was killed."""
    version: int = 1

    @property
    def end_s(self) -> float:
        """Where the newest sound ends."""
        return max((piece.end_s for piece in self.pieces), default=0.0)

    @property
    def tracks(self) -> tuple[str, ...]:
        """In order of their first piece."""
        return tuple(dict.fromkeys(piece.track for piece in self.pieces))

    def with_piece(self, piece: Piece) -> "Manifest":
        """One piece more."""
        return replace(self, pieces=(*self.pieces, piece))

    def with_gap(self, gap: Gap) -> "Manifest":
        """One gap more; one that goes on where the last one of its kind ended makes it longer."""
        for place in range(len(self.gaps) - 1, max(-1, len(self.gaps) - 9), -1):
            last = self.gaps[place]
            same = (last.track, last.reason) == (gap.track, gap.reason)
            if same and abs(last.end_s - gap.start_s) < 0.05:
                longer = replace(last, end_s=gap.end_s, samples=last.samples + gap.samples)
                return replace(self, gaps=(*self.gaps[:place], longer, *self.gaps[place + 1 :]))
        return replace(self, gaps=(*self.gaps, gap))


_READER: TypeAdapter[Manifest] = TypeAdapter(Manifest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replaces the file in one step, durably. Raises StorageError."""
    told = {**asdict(manifest), "began_at": manifest.began_at.isoformat()}
    write_atomic(folder / NAME, json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def read_manifest(folder: Path) -> Manifest | None:
    """What the folder holds; None where nothing was recorded. Raises UsageError."""
    try:
        manifest = _READER.validate_json((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise UsageError(
            f"The recording in {folder} cannot be read.", f"Its {NAME} is damaged or not readable."
        ) from error
    names = [name for piece in manifest.pieces for name in (piece.file, piece.index)]
    if any(Path(name).name != name for name in names):
        raise UsageError(f"The recording in {folder} names files elsewhere.", "It is not ours.")
    return manifest

"""A recording, to be heard again."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

from domain.audio import Frame
from domain.errors import DragomanError, UsageError
from dragoman.hintfile import TimedHint, read_hints
from dragoman.recording.flac import decode
from dragoman.recording.manifest import HINTS, NAME, Manifest, Piece, read_manifest
from dragoman.transcribe.moments import Moment
from dragoman.transcribe.traced import in_steps


def is_recording(folder: Path) -> bool:
    """Whether a meeting was recorded into this folder."""
    return (folder / NAME).is_file()


class RecordedSession:
    """The tracks of a recording; each frame arrives when it arrived in the meeting.

    A piece that is gone or damaged is passed over and told by `findings`. Raises UsageError for
    a folder without sound.
    """

    def __init__(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        if manifest is None or not manifest.pieces:
            raise UsageError(f"{folder} holds no recorded sound.", "Nothing was said, or kept.")
        self.folder = folder
        self.manifest: Manifest = manifest
        self.tracks = manifest.tracks
        self.hints: list[TimedHint] = []
        if (folder / HINTS).is_file():
            self.hints = read_hints(folder / HINTS)
        self._unheard: list[str] = []

    @property
    def length_s(self) -> float | None:
        """Until the end of the last piece."""
        return self.manifest.end_s

    def moments(self, step_s: float) -> AsyncGenerator[Moment, None]:
        """Frames by their arrival, in steps of equal length; some may be empty."""
        return in_steps([self._arrivals(track) for track in self.tracks], step_s)

    def findings(self) -> str:
        if not self._unheard:
            return ""
        return f"Pieces are gone or damaged and were not heard: {', '.join(self._unheard[:5])}."

    def _arrivals(self, track: str) -> Iterator[tuple[float, Frame]]:
        last_s = 0.0
        for piece in self.manifest.pieces:
            if piece.track != track:
                continue
            try:
                frames = frames_of(self.folder, piece)
            except (OSError, ValueError, DragomanError):
                self._unheard.append(piece.file)
                continue
            for came_s, frame in frames:
                last_s = max(last_s, came_s, frame.end_s)
                yield last_s, frame


def frames_of(folder: Path, piece: Piece) -> list[tuple[float, Frame]]:
    """The frames of a piece as they came, each with its arrival. Blocks.

    Raises OSError, ValueError or DragomanError for one that is not whole.
    """
    sound = decode(folder / piece.file)
    frames = []
    for line in (folder / piece.index).read_text(encoding="ascii").splitlines():
        start_s, came_s, count, place = line.split()
        first = int(place)
        pcm = sound[first : first + int(count)].astype("<i2").tobytes()
        if len(pcm) != 2 * int(count):
            raise ValueError(f"{piece.file} is shorter than its index")
        frames.append((float(came_s), Frame(piece.track, float(start_s), pcm)))
    return frames

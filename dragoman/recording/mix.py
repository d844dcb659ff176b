"""The sound of a recording on one time line: of one track, or of all together."""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream

from domain.audio import SAMPLE_RATE
from domain.errors import DragomanError, UsageError
from dragoman.failures import storage_failure
from dragoman.recording.flac import decoded
from dragoman.recording.manifest import Manifest, Piece

Pcm = npt.NDArray[np.int16]

BLOCK = 10 * SAMPLE_RATE
FORMATS = {"wav": ("wav", "pcm_s16le"), "flac": ("flac", "flac"), "m4a": ("mp4", "aac")}
"""By the end of the file's name: container and codec."""


class Mix:
    """Sample n was heard at meeting second n / 16000; where nothing is kept there is silence.

    A piece that is gone or damaged is silent too. Everything here blocks.
    """

    def __init__(self, folder: Path, manifest: Manifest, tracks: Sequence[str] = ()) -> None:
        self._folder = folder
        wanted = set(tracks or manifest.tracks)
        self._pieces = [piece for piece in manifest.pieces if piece.track in wanted]
        self.samples = max((_first(p) + p.samples for p in self._pieces), default=0)

    def sound(self, first: int, count: int) -> Pcm:
        """So many samples, fewer at the end."""
        last = min(first + count, self.samples)
        mixed = np.zeros(max(0, last - first), np.int32)
        for piece in self._pieces:
            begin, end = max(first, _first(piece)), min(last, _first(piece) + piece.samples)
            if begin < end:
                part = self._read(piece)[begin - _first(piece) : end - _first(piece)]
                mixed[begin - first : begin - first + len(part)] += part
        return np.clip(mixed, -32768, 32767).astype("<i2")

    def blocks(self) -> Iterator[Pcm]:
        """Everything, ten seconds at a time."""
        for first in range(0, self.samples, BLOCK):
            yield self.sound(first, BLOCK)

    def _read(self, piece: Piece) -> Pcm:
        try:
            return decoded(self._folder / piece.file, piece.sha256)
        except DragomanError:
            return np.zeros(0, np.int16)


def wav_header(samples: int) -> bytes:
    """The beginning of a mono 16 kHz WAV file of so many samples."""
    size = 2 * samples
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1),
        *(SAMPLE_RATE, 2 * SAMPLE_RATE, 2, 16, b"data", size),
    )


def write_mix(mix: Mix, path: Path) -> None:
    """One file of the whole sound; the name's end tells the format. Raises DragomanError."""
    kind = FORMATS.get(path.suffix.lstrip(".").lower())
    if kind is None:
        raise UsageError(f"{path.name} is no known sound file.", f"End it in {', '.join(FORMATS)}.")
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(part), "w", format=kind[0]) as container:
            stream = container.add_stream(kind[1], rate=SAMPLE_RATE, layout="mono")
            assert isinstance(stream, AudioStream)
            at = 0
            for block in mix.blocks():
                frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "s16", "mono")
                frame.sample_rate, frame.pts = SAMPLE_RATE, at
                at += len(block)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise storage_failure(error) from error


def _first(piece: Piece) -> int:
    return round(piece.start_s * SAMPLE_RATE)

"""Any audio or video file as 16 kHz PCM, piece by piece, whatever its name says."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import IO, Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.error import FFmpegError

from domain.audio import SAMPLE_RATE
from domain.errors import DragomanError, MissingError, UsageError

Pcm = npt.NDArray[np.int16]

FORMATS = (
    "wav,w64,rf64,mp3,aac,flac,ogg,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,aiff,caf,au,amr,"
    "avi,asf,mpeg,mpegts,flv,ac3,eac3,wv,ape,tta"
)
"""Containers that are opened. Playlists and lists of other files are not among them."""

KNOWN = "Known formats: WAV, MP3, WebM, OGG, FLAC, M4A, MP4, AIFF."

_SLACK_S = 1.0
_SLACK_SHARE = 0.02


class SoundFile:
    """A file's first sound stream, decoded as far as it goes. A context manager; it blocks.

    Raises MissingError or UsageError on opening, in words for people.
    """

    def __init__(self, path: Path, *, channels: bool = False, largest_bytes: int = 0) -> None:
        self.path = path
        self.decoded_s = 0.0
        self.broken = ""
        """Why decoding stopped before the end; empty if it did not."""
        self._apart = channels
        self._closed = False
        self._turn = Lock()
        self._file = _open(path, largest_bytes)
        self._missing = _missing_share(self._file)
        try:
            self._container = av.open(
                self._file, mode="r", container_options={"format_whitelist": FORMATS}
            )
        except (FFmpegError, ValueError) as error:
            self._file.close()
            raise UsageError(
                f"{path} is not a sound file, or too damaged to be read.", KNOWN
            ) from error
        try:
            self._stream = self._sound()
            self.tracks = max(1, self._stream.codec_context.channels) if channels else 1
            """How many tracks `pieces` gives."""
            self.declared_s = self._declared_s()
            """The length that the file claims; None where it claims none."""
            self._pieces = self._decode()
            self._first = self._something()
        except DragomanError:
            self.close()
            raise

    def __enter__(self) -> "SoundFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file, once a piece that is being decoded in a thread is done."""
        with self._turn:
            self._closed = True
            self._container.close()
            self._file.close()

    def _declared_s(self) -> float | None:
        if self._stream.duration is not None and self._stream.time_base is not None:
            found_s = float(self._stream.duration * self._stream.time_base)
        elif self._container.duration is not None:
            found_s = self._container.duration / av.time_base
        else:
            return None
        return found_s / (1 - self._missing)

    @property
    def cut_short(self) -> bool:
        """Whether less could be decoded than the file claims to hold."""
        declared_s = self.declared_s
        if self.broken:
            return True
        slack_s = max(_SLACK_S, _SLACK_SHARE * (declared_s or 0))
        return declared_s is not None and self.decoded_s < declared_s - slack_s

    def pieces(self) -> Iterator[Pcm]:
        """Sound of shape (tracks, samples), in order, until the end or the damage."""
        piece: Pcm | None = self._first
        while piece is not None:
            yield piece
            with self._turn:
                piece = None if self._closed else next(self._pieces, None)

    def _something(self) -> Pcm:
        try:
            return next(self._pieces)
        except StopIteration:
            why = f" ({self.broken})" if self.broken else ""
            raise UsageError(
                f"{self.path} holds no sound that can be decoded{why}.", "Record or copy it again."
            ) from None

    def _decode(self) -> Iterator[Pcm]:
        layout = self._stream.codec_context.layout.name if self._apart else "mono"
        resampler = AudioResampler(format="s16p", layout=layout, rate=SAMPLE_RATE)
        try:
            for frame in self._container.decode(self._stream):
                yield from self._pcm(resampler.resample(frame))
        except (FFmpegError, ValueError, OSError) as error:
            self.broken = _why(error)
        if self.decoded_s:
            yield from self._pcm(resampler.resample(None))

    def _pcm(self, frames: list[AudioFrame]) -> Iterator[Pcm]:
        for frame in frames:
            piece: Pcm = frame.to_ndarray().reshape(self.tracks, -1).astype("<i2", copy=False)
            self.decoded_s += piece.shape[1] / SAMPLE_RATE
            yield piece

    def _sound(self) -> AudioStream:
        streams = self._container.streams
        if streams.audio:
            return streams.audio[0]
        if streams.video:
            raise UsageError(
                f"{self.path} holds pictures but no sound.", "Give a file with a sound stream."
            )
        raise UsageError(f"{self.path} holds no sound stream.", KNOWN)


def explain(path: Path, error: OSError) -> DragomanError:
    """Why a file cannot be read, in words for people."""
    if isinstance(error, FileNotFoundError):
        return MissingError(f"There is no file {path}.", "Check its name and folder.")
    if isinstance(error, IsADirectoryError):
        return UsageError(f"{path} is a folder.", "Name the files in it: dragoman transcribe FILE…")
    if isinstance(error, PermissionError):
        return UsageError(f"{path} may not be read.", "Allow it: chmod +r FILE")
    return UsageError(f"{path} cannot be read: {error.strerror}.", "Copy it elsewhere first.")


def _open(path: Path, largest_bytes: int) -> IO[Any]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise explain(path, error) from error
    found = os.fstat(file.fileno())
    try:
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path} is no ordinary file.", KNOWN)
        if found.st_size == 0:
            raise UsageError(f"{path} is empty.", "Record or copy it again.")
        if largest_bytes and found.st_size > largest_bytes:
            raise UsageError(
                f"{path} has {found.st_size / 1e9:.2f} GB, more than {largest_bytes / 1e9:g} GB.",
                "Allow more with the setting files.largest_gb.",
            )
    except UsageError:
        file.close()
        raise
    return file


def _missing_share(file: IO[Any]) -> float:
    """The share of a RIFF file (WAV) that its header tells of and that is not there."""
    head = file.read(12)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    told = int.from_bytes(head[4:8], "little") + 8
    if head[:4] != b"RIFF" or head[8:] != b"WAVE" or told >= 0xFFFFFFFF or told <= size:
        return 0.0
    return 1 - size / told


def _why(error: Exception) -> str:
    text = getattr(error, "strerror", None) or type(error).__name__
    return str(text)

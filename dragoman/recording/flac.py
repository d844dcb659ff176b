"""Mono sound of 16 kHz as FLAC, and back."""

import io
from functools import lru_cache
from pathlib import Path

import av
import numpy as np

from domain.audio import SAMPLE_RATE
from dragoman.transcribe.decode import Pcm, SoundFile


def encode(pcm: bytes) -> bytes:
    """Little-endian PCM16 as a FLAC file, without loss. Blocks."""
    out = io.BytesIO()
    with av.open(out, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(pcm, "<i2").reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = SAMPLE_RATE
        for each in (frame, None):
            container.mux(stream.encode(each))
    return out.getvalue()


def decode(path: Path) -> Pcm:
    """All samples of a piece. Raises DragomanError. Blocks."""
    with SoundFile(path) as sound:
        return np.concatenate([piece[0] for piece in sound.pieces()])


@lru_cache(maxsize=24)
def decoded(path: Path, _sha256: str) -> Pcm:
    """The same, the newest two dozen pieces (of 1 MB) kept. Raises DragomanError. Blocks."""
    return decode(path)

"""Sound files made on the spot, and speech."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from domain.audio import FRAME_S, FRAME_SAMPLES, Frame
from dragoman.transcribe.moments import Moment

TEXT = (
    "Good morning everybody and thank you for joining this meeting. "
    "I think we should wait until the end of the month."
)


@pytest.fixture
def sound_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a tone as a sound file: name, container format, codec, rate, layout, seconds."""

    def make(
        name: str,
        codec: str = "pcm_s16le",
        *,
        rate: int = 48_000,
        layout: str = "mono",
        seconds: float = 3.0,
        form: str | None = None,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", format=form) as container:
            stream = container.add_stream(codec, rate=rate, layout=layout)
            times = np.arange(int(rate * seconds)) / rate
            tone = (np.sin(times * 2 * np.pi * 300) * 8000).astype("<i2")
            count = len(stream.codec_context.layout.channels)
            packed = np.repeat(tone, count).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
            frame.sample_rate = rate
            for piece in (frame, None):
                container.mux(stream.encode(piece))
        return path

    return make


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WAV file of two spoken sentences."""
    if shutil.which("flite", path=os.defpath) is None:
        pytest.skip("flite is not installed: no synthetic speech")
    path = tmp_path_factory.mktemp("speech") / "talk.wav"
    subprocess.run(["flite", "-voice", "slt", "-t", TEXT, "-o", str(path)], check=True)
    return path


@pytest.fixture
def loud() -> Callable[[float, float, str], Frame]:
    """A frame of a track at a time: loud from 0.5 s on for so long, else digital silence."""

    def make(at_s: float, until_s: float, track: str) -> Frame:
        value = 8000 if 0.5 <= at_s < until_s else 0
        return Frame(track, at_s, np.full(FRAME_SAMPLES, value, "<i2").tobytes())

    return make


@pytest.fixture
def tape(loud: Callable[[float, float, str], Frame]) -> Callable[..., "Tape"]:
    """A recording of tracks that are loud for some time."""

    def make(tracks: tuple[str, ...], until_s: float, length_s: float) -> "Tape":
        return Tape(loud, tracks, until_s, length_s)

    return make


class Tape:
    """A Recording in memory that counts what was taken of it."""

    def __init__(
        self,
        frame: Callable[[float, float, str], Frame],
        tracks: tuple[str, ...],
        until_s: float,
        length_s: float,
    ) -> None:
        self.tracks = tracks
        self.length_s = length_s
        self.taken = 0
        self._frame = frame
        self._until_s = until_s

    async def moments(self, step_s: float):
        per_step = round(step_s / FRAME_S)
        for step in range(round(self.length_s / step_s)):
            self.taken += 1
            starts = [step * step_s + n * FRAME_S for n in range(per_step)]
            frames = tuple(
                self._frame(at_s, self._until_s, track) for at_s in starts for track in self.tracks
            )
            yield Moment((step + 1) * step_s, frames)

    def findings(self) -> str:
        return ""

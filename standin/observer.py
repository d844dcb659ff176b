"""The other peer: what people in the meeting receive of the bot."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame
from av.video.frame import VideoFrame

from standin.heard import HeardSound
from standin.recorder import TileRecorder
from standin.stamp import read_stamp

_KEPT_FRAMES = 500_000


class Observer:
    """Receives the bot's camera and microphone and keeps what can be measured of them."""

    def __init__(self, record_to: Path | None = None) -> None:
        self.frames_received = 0
        self.stamps: deque[tuple[float, int | None]] = deque(maxlen=_KEPT_FRAMES)
        """(monotonic_s, number of the picture stamp or None) of every received frame."""
        self.width = self.height = 0
        self.mic_level = 0.0
        """RMS 0..1 of the newest 20 ms of the bot's microphone."""
        self.mic_peak = 0.0
        """The highest `mic_level` so far."""
        self.heard = HeardSound()
        """The bot's microphone as it was received."""
        self.hears: Callable[[npt.NDArray[np.int16]], None] = lambda _: None
        """Called with each block of the bot's microphone, mono at 48 kHz."""
        self._frame: VideoFrame | None = None
        self._recorder = TileRecorder(record_to) if record_to else None

    def i420(self) -> bytes:
        """The newest picture as packed I420. Raises LookupError before the first."""
        return self._newest().to_ndarray(format="yuv420p").tobytes()

    def rgb(self) -> npt.NDArray[np.uint8]:
        """The newest picture, height x width x 3. Raises LookupError before the first."""
        return self._newest().to_ndarray(format="rgb24").astype(np.uint8, copy=False)

    async def watch_camera(self, track: MediaStreamTrack) -> None:
        """Takes pictures until the track ends."""
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame):
                    self._take(frame)
        except MediaStreamError:
            return

    async def hear_microphone(self, track: MediaStreamTrack) -> None:
        """Takes sound until the track ends."""
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, AudioFrame):
                    mono = self.heard.put(time.monotonic(), frame)
                    self.hears(mono)
                    samples = mono.astype(np.float32) / 32768
                    self.mic_level = float(np.sqrt(np.mean(samples**2)))
                    self.mic_peak = max(self.mic_peak, self.mic_level)
        except MediaStreamError:
            return

    async def aclose(self) -> None:
        """Completes the recording."""
        if self._recorder:
            await asyncio.to_thread(self._recorder.close)

    def _take(self, frame: VideoFrame) -> None:
        now_s = time.monotonic()
        plane = frame.planes[0]
        rows: npt.NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
        luma = rows.reshape(-1, plane.line_size)[: frame.height, : frame.width]
        self._frame = frame
        self.width, self.height = frame.width, frame.height
        self.frames_received += 1
        self.stamps.append((now_s, read_stamp(luma)))
        if self._recorder:
            self._recorder.put(now_s, frame)

    def _newest(self) -> VideoFrame:
        if self._frame is None:
            raise LookupError("no picture of the bot's camera has been received")
        return self._frame

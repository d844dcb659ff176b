"""The picture as an MP4 file with the meeting's own timing."""

import asyncio
import logging
import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from queue import Full, Queue
from threading import Thread

import av
import numpy as np
from av.video.stream import VideoStream

from domain.clock import Clock
from domain.errors import StorageError
from domain.pictures import FPS, PictureUpdate

logger = logging.getLogger(__name__)

QUEUE = 16
"""Pictures that wait for the encoder; newer ones are left out while it is full."""
REPEAT_S = 1.0
"""A picture that stands is repeated this often, so that players can seek."""
_TICKS = 1000


class Mp4File:
    """Second t of the file is second `start_s + t` of the meeting. The file appears under
    its name when it is complete; a size that changes on the way is scaled to the first."""

    def __init__(self, path: Path, clock: Clock, start_s: float = 0.0) -> None:
        self.dropped = 0
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._clock = clock
        self._start_s = start_s
        self._queue: Queue[PictureUpdate | float] = Queue(QUEUE)
        self._thread: Thread | None = None
        self._latest: PictureUpdate | None = None
        self._missed = False
        self._closed = False
        self._ended = False
        """Whether the encoder has seen the end of the queue."""
        self._error: Exception | None = None

    async def show(self, update: PictureUpdate) -> None:
        if self._closed:
            return
        self._latest = update
        if self._thread is None:
            self._thread = Thread(target=self._encode, name="mp4", daemon=True)
            self._thread.start()
        try:
            self._queue.put_nowait(update)
            self._missed = False
        except Full:
            self._missed = True
            self.dropped += 1
            if self.dropped == 1:
                logger.warning("The recording leaves pictures out: encoding is too slow here")

    async def aclose(self) -> None:
        """Completes the file. Raises StorageError if it could not be written."""
        thread, self._thread, self._closed = self._thread, None, True
        if thread is None:
            return
        end_s = self._clock.now_s()
        await asyncio.to_thread(self._finish, thread, end_s)
        if self._error is not None:
            raise StorageError(
                f"The recording {self._path} could not be written.",
                "Check that the folder exists, is writable and has room.",
            ) from self._error

    def _finish(self, thread: Thread, end_s: float) -> None:
        if self._missed and self._latest is not None:
            self._queue.put(self._latest)
        self._queue.put(end_s)
        thread.join()

    def _encode(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._write()
            os.replace(self._part, self._path)
        except Exception as error:
            self._error = error
            logger.warning("The recording stopped: %s", type(error).__name__)
            with suppress(OSError):
                self._part.unlink(missing_ok=True)
            while not self._ended:
                self._ended = isinstance(self._queue.get(), float)

    def _write(self) -> None:
        options = {"movflags": "+faststart"}
        with av.open(str(self._part), "w", format="mp4", options=options) as file:
            track: _Track | None = None
            while isinstance(item := self._queue.get(), PictureUpdate):
                track = track or _Track(file, item)
                track.show(item, item.changed_s - self._start_s)
            self._ended = True
            if track is not None:
                track.end(item - self._start_s)


class _Track:
    """One H.264 stream; a frame goes out when the next one tells how long it stood."""

    def __init__(self, file: av.container.OutputContainer, first: PictureUpdate) -> None:
        self._file = file
        stream = file.add_stream("libx264", rate=FPS)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.options = {"preset": "veryfast", "crf": "23", "tune": "stillimage", "bf": "0"}
        stream.codec_context.thread_count = 1
        stream.codec_context.color_range = 1
        stream.codec_context.colorspace = 5
        self._stream = stream
        self._frame = _frame(first)
        self._tick = -1

    def show(self, update: PictureUpdate, at_s: float) -> None:
        tick = max(0, round(at_s * _TICKS))
        self._until(tick)
        self._frame = _frame(update)
        if tick > self._tick:
            self._put(tick)

    def end(self, at_s: float) -> None:
        tick = max(self._tick + 1, round(at_s * _TICKS))
        self._until(tick)
        self._put(tick)
        self._file.mux(self._stream.encode(None))

    def _until(self, tick: int) -> None:
        step = round(REPEAT_S * _TICKS)
        if self._tick < 0:
            self._put(0)
        while self._tick + step < tick:
            self._put(self._tick + step)

    def _put(self, tick: int) -> None:
        frame = self._frame
        if (frame.width, frame.height) != (self._stream.width, self._stream.height):
            frame = frame.reformat(self._stream.width, self._stream.height)
        frame.pts, frame.time_base = tick, Fraction(1, _TICKS)
        self._tick = tick
        self._file.mux(self._stream.encode(frame))


def _frame(update: PictureUpdate) -> av.VideoFrame:
    rows = np.frombuffer(update.i420, dtype=np.uint8).reshape(-1, update.width)
    return av.VideoFrame.from_ndarray(rows, format="yuv420p")

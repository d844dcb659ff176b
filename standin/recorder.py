"""Records received pictures to an MP4 that plays at real time."""

import logging
import queue
import threading
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

from domain.errors import StorageError

log = logging.getLogger(__name__)

_CLOCK = 90_000
_WAITING = 30
_SIZE = (1280, 720)
_GAP_S = 0.8 / 15
"""Pictures that come sooner are left out: about 15 a second are kept."""


class TileRecorder:
    """Encodes on its own thread; pictures that find the queue full are dropped and counted."""

    def __init__(self, path: Path) -> None:
        self.dropped = 0
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._error: Exception | None = None
        self._queue: queue.Queue[tuple[float, VideoFrame] | None] = queue.Queue(_WAITING)
        self._last_s = float("-inf")
        self._thread = threading.Thread(target=self._encode, name="tile recorder")
        self._thread.start()

    def put(self, at_s: float, frame: VideoFrame) -> None:
        """Takes a picture received at a monotonic second; never waits."""
        if at_s - self._last_s < _GAP_S:
            return
        try:
            self._queue.put_nowait((at_s, frame))
            self._last_s = at_s
        except queue.Full:
            if not self.dropped:
                log.warning("the tile's recording drops pictures: the encoder is too slow")
            self.dropped += 1

    def close(self) -> None:
        """Ends the file; waits for the encoder. Raises StorageError if there is no file."""
        self._queue.put(None)
        self._thread.join()
        if self._error is not None:
            raise StorageError(
                f"The recording {self._path} could not be written: {self._error}.",
                "Free some space, or choose another folder.",
            ) from self._error

    def _encode(self) -> None:
        first = self._queue.get()
        if first is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._write(first)
            self._part.replace(self._path)
        except (OSError, av.FFmpegError) as error:
            self._error = error
            self._part.unlink(missing_ok=True)
            while self._queue.get() is not None:
                pass

    def _write(self, first: tuple[float, VideoFrame]) -> None:
        zero_s, last_pts = first[0], -1
        item: tuple[float, VideoFrame] | None = first
        options = {"movflags": "faststart"}
        with av.open(str(self._part), "w", format="mp4", options=options) as file:
            coding = {"preset": "ultrafast", "crf": "26", "threads": "1"}
            stream = file.add_stream("libx264", options=coding)
            stream.width, stream.height = _SIZE
            stream.pix_fmt = "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, _CLOCK)
            while item is not None:
                at_s, received = item
                frame = received.reformat(*_SIZE, format="yuv420p")
                frame.pts = max(last_pts + 1, round((at_s - zero_s) * _CLOCK))
                frame.time_base = Fraction(1, _CLOCK)
                frame.pict_type = av.video.frame.PictureType.NONE
                last_pts = frame.pts
                file.mux(stream.encode(frame))
                item = self._queue.get()
            file.mux(stream.encode(None))

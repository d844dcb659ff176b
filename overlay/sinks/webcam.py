"""The picture as a virtual webcam for other programs."""

import asyncio
import logging
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread
from typing import Protocol

from domain.clock import Clock
from domain.errors import DragomanError
from domain.events import Event, Notice
from domain.pictures import FPS, PictureUpdate
from overlay.sinks.schedule import RealTimer, Schedule, Timer

logger = logging.getLogger(__name__)

RETRY_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Between two tries to open a device that is away; the last one again and again."""
CLOSE_S = 5.0
"""Longest wait for a device that does not take its last picture."""


class WebcamDevice(Protocol):
    """A virtual camera that is open."""

    name: str
    """For people."""

    def send(self, i420: bytes) -> None:
        """Shows a picture. Raises OSError or RuntimeError for a device that is gone."""
        ...

    def close(self) -> None:
        """Gives the device back."""
        ...


OpenWebcam = Callable[[int, int], WebcamDevice]
"""Opens the device for a width and a height. Raises MissingError."""


class Webcam:
    """Sends the newest picture 30 times a second from a thread of its own. A device that is
    away is told once as the notice `webcam_lost` and tried again until it is there; `webcam`
    tells that it is."""

    def __init__(
        self,
        open_device: OpenWebcam,
        clock: Clock,
        notify: Callable[[Event], None] = lambda event: None,
        timer: Timer | None = None,
    ) -> None:
        self.sent = 0
        """Pictures that the device took."""
        self._open = open_device
        self._clock = clock
        self._notify = notify
        self._timer = timer or RealTimer()
        self._latest: PictureUpdate | None = None
        self._over = Flag()
        self._thread: Thread | None = None

    async def show(self, update: PictureUpdate) -> None:
        if self._over.is_set():
            return
        self._latest = update
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._thread = Thread(target=self._run, name="webcam", daemon=True)
            self._thread.start()

    async def aclose(self) -> None:
        self._over.set()
        thread, self._thread = self._thread, None
        if thread is None:
            return
        await asyncio.to_thread(thread.join, CLOSE_S)
        if thread.is_alive():
            logger.warning("The virtual webcam does not let go; it is left behind")

    def _run(self) -> None:
        tries = 0
        while not self._over.is_set():
            before = self.sent
            try:
                self._serve()
            except Exception as error:
                tries = 0 if self.sent > before else tries
                if tries == 0:
                    self._tell("webcam_lost", _lost(error))
                self._timer.wait(RETRY_S[min(tries, len(RETRY_S) - 1)], self._over)
                tries += 1

    def _serve(self) -> None:
        """Opens the device and feeds it until the end, or until pictures have another size."""
        size = self._size()
        device = self._open(*size)
        try:
            schedule = Schedule(FPS, self._timer.now_s())
            self._send(device)
            self._tell("webcam", f"The picture goes to the virtual webcam {device.name}.")
            while not self._over.is_set() and self._size() == size:
                self._timer.wait(schedule.next_s(self._timer.now_s()), self._over)
                self._send(device)
        finally:
            device.close()

    def _send(self, device: WebcamDevice) -> None:
        assert self._latest is not None
        device.send(self._latest.i420)
        self.sent += 1

    def _size(self) -> tuple[int, int]:
        assert self._latest is not None
        return self._latest.width, self._latest.height

    def _tell(self, kind: str, text: str) -> None:
        logger.info("virtual webcam: %s", kind)
        notice = Notice(kind, text, self._clock.now_s())
        self._loop.call_soon_threadsafe(self._notify, notice)


def _lost(error: Exception) -> str:
    reason = str(error) if isinstance(error, DragomanError) else f"It stopped: {error}."
    return f"The virtual webcam does not take the picture; it is tried again. {reason}"

"""Virtual cameras by pyvirtualcam: v4l2loopback on Linux, OBS on macOS and Windows."""

import os
from typing import Any

import numpy as np

from domain.errors import MissingError
from domain.pictures import FPS
from overlay.sinks.loopback import hold, loopbacks, remedy


class VirtualCamera:
    """One open device that takes I420."""

    def __init__(self, camera: Any) -> None:
        self.name = f"{camera.device} ({camera.backend})"
        self._camera = camera
        self._mark = hold(camera.device)

    def send(self, i420: bytes) -> None:
        self._camera.send(np.frombuffer(i420, dtype=np.uint8))

    def close(self) -> None:
        self._camera.close()
        mark, self._mark = self._mark, None
        if mark is not None:
            os.close(mark)


def open_virtual_camera(device: str | None, width: int, height: int) -> VirtualCamera:
    """Opens a device by name, or the first that the system offers.

    Raises MissingError for one that is not there, is in use or takes no such pictures.
    """
    try:
        from pyvirtualcam import Camera, PixelFormat
    except ImportError as error:
        raise MissingError(
            "The virtual webcam needs the Python package pyvirtualcam.",
            "Install it: pip install pyvirtualcam",
        ) from error
    try:
        camera = Camera(width, height, FPS, fmt=PixelFormat.I420, device=device)
    except Exception as error:
        what = f"The virtual webcam {device}" if device else "A virtual webcam"
        raise MissingError(
            f"{what} cannot be opened: {str(error).rstrip('.')}.", remedy(device, loopbacks())
        ) from error
    return VirtualCamera(camera)

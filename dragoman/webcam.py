"""Which virtual webcam shows the picture to other programs, and why."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from domain.clock import Clock
from domain.engines import Health
from domain.events import Event, Notice
from domain.ports import PictureSink
from dragoman.groups.camera import V4L2
from overlay.sinks import loopback
from overlay.sinks.loopback import Loopback, loopbacks
from overlay.sinks.virtualcam import open_virtual_camera
from overlay.sinks.webcam import Webcam


async def webcams(choice: str, clock: Clock, publish: Callable[[Event], None]) -> list[PictureSink]:
    """The sink for a choice, or none; says what `auto` has chosen."""
    if choice == "off":
        return []
    device: str | None = choice.removeprefix(V4L2) if choice.startswith(V4L2) else None
    if choice == "auto" and loopback.HERE:
        device, why = pick(await asyncio.to_thread(loopbacks))
        publish(Notice("webcam_choice", why, clock.now_s()))
        if device is None:
            return []
    return [Webcam(partial(open_virtual_camera, device), clock, publish)]


def pick(found: Sequence[Loopback]) -> tuple[str | None, str]:
    """The first device that is free, and what was chosen and why, for people."""
    for device in found:
        if device.free:
            why = f"Virtual webcam: {device.path}, a v4l2loopback device that is free."
            return device.path, why
    why = f"Virtual webcam: none, only the bot's own camera ({_list(found)})."
    return None, f"{why} {loopback.remedy(None, found)}"


async def examine_webcam(choice: str, folder: Path = Path("/dev")) -> Health:
    """Whether other programs can be given the picture."""
    if find_spec("pyvirtualcam") is None:
        return Health(False, "pyvirtualcam is missing", "Install it: pip install pyvirtualcam")
    if not loopback.HERE:
        return Health(True, "OBS's virtual camera, opened when it is asked for")
    found = await asyncio.to_thread(loopbacks, folder)
    wanted = choice.removeprefix(V4L2) if choice.startswith(V4L2) else None
    if any(device.free and wanted in (None, device.path) for device in found):
        return Health(True, _list(found))
    text = f"{_list(found)} (only for other programs; the bot's own camera needs none)"
    return Health(False, text, loopback.remedy(wanted, found))


def _list(found: Sequence[Loopback]) -> str:
    return "; ".join(map(str, found)) or "no v4l2loopback device"

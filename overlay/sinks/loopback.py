"""Devices of the kernel module v4l2loopback on Linux."""

import os
import re
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = sys.platform == "linux"
LOAD = (
    "Load the kernel module (Debian package v4l2loopback-dkms): sudo modprobe v4l2loopback "
    "devices=1 video_nr=10 card_label=Dragoman exclusive_caps=1"
)

OBS = "Install OBS Studio and start its virtual camera once."
MAY_NOT = "Let this account use it: sudo usermod -aG video $USER, then log in again."
TAKEN = "Close the program that feeds it, or choose another device."

_QUERYCAP = 0x80685600
_STREAMON = 0x40045612
_ANSWER = struct.Struct("=16s32s32sIII12x")
_OUTPUT = 0x2
_BUFFERS_OUT = struct.pack("=i", 2)
_PER_DEVICE = 0x80000000
_DRIVER = "v4l2 loopback"


@dataclass(frozen=True, slots=True)
class Loopback:
    """One device."""

    path: str
    card: str
    """Its name in other programs' lists of cameras; empty where it may not be opened."""
    free: bool
    """It takes pictures: no other program feeds it."""
    refused: str = ""
    """Why it could not be asked."""

    def __str__(self) -> str:
        state = self.refused or ("free" if self.free else "in use by another program")
        return f"{self.path} ({self.card}, {state})" if self.card else f"{self.path} ({state})"


def parse_answer(path: str, answer: bytes) -> Loopback | None:
    """A device by what its driver says of itself (struct v4l2_capability); None for another
    driver's."""
    driver, card, _, _, abilities, own = _ANSWER.unpack(answer)
    if _text(driver) != _DRIVER:
        return None
    can = own if abilities & _PER_DEVICE else abilities
    return Loopback(path, _text(card), bool(can & _OUTPUT))


def loopbacks(folder: Path = Path("/dev")) -> list[Loopback]:
    """The devices of this machine by number; those that may not be opened are among them."""
    named = ((re.fullmatch(r"video(\d+)", path.name), path) for path in folder.glob("video*"))
    numbered = sorted((int(match[1]), path) for match, path in named if match)
    return [found for _, path in numbered if (found := _ask(path)) is not None]


def remedy(device: str | None, found: Sequence[Loopback]) -> str:
    """What gets a device, or any, to take pictures where these were found."""
    if not HERE:
        return OBS
    for one in found:
        if device in (None, one.path):
            return MAY_NOT if one.refused else TAKEN
    return LOAD


def hold(path: str) -> int | None:
    """Marks an open device as fed by this process; a file descriptor to close afterwards.

    Up to version 0.12, the driver does not notice the end of a program that writes pictures as
    pyvirtualcam does: the device would count as in use until the module is loaded anew. It
    notices the end of this mark, however the process ends. Newer ones refuse it: None.
    """
    if not HERE:
        return None
    from fcntl import ioctl

    device = -1
    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        ioctl(device, _STREAMON, _BUFFERS_OUT)
    except OSError:
        if device >= 0:
            os.close(device)
        return None
    return device


def _ask(path: Path) -> Loopback | None:
    if not HERE:
        return None
    from fcntl import ioctl

    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        return Loopback(str(path), "", False, error.strerror or str(error))
    try:
        return parse_answer(str(path), ioctl(device, _QUERYCAP, bytes(_ANSWER.size)))
    except OSError:
        return None
    finally:
        os.close(device)


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")

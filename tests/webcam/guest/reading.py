"""What other programs read from the webcam."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from standin.stamp import read_stamp

DEVICE = "/dev/video10"
WIDTH, HEIGHT = 1280, 720
SIZE = WIDTH * HEIGHT * 3 // 2
BUFFERS = 2
"""Of the driver. A reader that is late finds a newer picture in a buffer than in the next one:
order holds from each picture to the second after it."""


def stamp_of(picture: bytes) -> int:
    """The number in the bottom rows."""
    luma = np.frombuffer(picture, np.uint8, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
    number = read_stamp(luma)
    assert number is not None, "no stamp, or a torn one"
    return number


def pictures(raw: bytes) -> Iterator[bytes]:
    """Each picture of what was read."""
    assert raw, "nothing was read"
    assert len(raw) % SIZE == 0, f"{len(raw)} bytes are no whole pictures"
    for start in range(0, len(raw), SIZE):
        yield raw[start : start + SIZE]


def rising(raw: bytes, least: int) -> list[int]:
    """The numbers of the pictures, which rise."""
    numbers = [stamp_of(picture) for picture in pictures(raw)]
    assert_rising(numbers, least)
    return numbers


def assert_rising(numbers: list[int], least: int) -> None:
    """Fails unless they rise as far as the driver keeps order, over so many different ones."""
    later = zip(numbers, numbers[BUFFERS:], strict=False)
    assert all(one <= other for one, other in later), numbers
    assert len(set(numbers)) >= least, numbers


async def program(*command: str) -> str:
    """Runs a program to its end; what it told."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    told, _ = await process.communicate()
    text = told.decode("utf-8", "replace")
    assert process.returncode == 0, f"{command[0]}: {text}"
    return text


async def by_v4l2_ctl(count: int) -> bytes:
    """So many pictures."""
    form = await program("v4l2-ctl", "-d", DEVICE, "--get-fmt-video")
    assert f"{WIDTH}/{HEIGHT}" in form, form
    assert "'YU12'" in form, form
    file = Path("read.yuv")
    stream = ["--stream-mmap", f"--stream-count={count}", f"--stream-to={file}"]
    await program("timeout", "60", "v4l2-ctl", "-d", DEVICE, *stream)
    raw = taken(file)
    assert len(raw) == count * SIZE
    return raw


async def by_v4l2_ctl_while_it_lasts() -> list[bytes]:
    """The next pictures, fewer or none where the webcam begins or ends meanwhile."""
    file = Path("seen.yuv")
    stream = ["--stream-mmap", "--stream-count=5", f"--stream-to={file}"]
    reader = program("timeout", "20", "v4l2-ctl", "-d", DEVICE, *stream)
    await asyncio.gather(reader, return_exceptions=True)
    raw = taken(file)
    return list(pictures(raw[: len(raw) // SIZE * SIZE])) if len(raw) >= SIZE else []


async def by_ffmpeg() -> bytes:
    """The pictures of 15 frames; one is also left as a file for people."""
    file = Path("read.raw")
    source = ["ffmpeg", "-hide_banner", "-f", "v4l2", "-i", DEVICE]
    films = ["-frames:v", "15", "-f", "rawvideo", str(file)]
    told = await program(*source, *films, "-frames:v", "1", "/exam/frame.png")
    line = next(line for line in told.splitlines() if "Stream #0:0: Video: rawvideo" in line)
    assert "yuv420p" in line, line
    assert f"{WIDTH}x{HEIGHT}" in line, line
    raw = taken(file)
    assert len(raw) == 15 * SIZE
    return raw


def taken(file: Path) -> bytes:
    """What lies in a file, which is gone then; nothing where there is none."""
    raw = file.read_bytes() if file.exists() else b""
    file.unlink(missing_ok=True)
    return raw

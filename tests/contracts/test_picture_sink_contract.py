"""What every output of the picture has to keep."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domain.clock import FakeClock
from domain.pictures import PictureUpdate, Rectangle
from domain.ports import PictureSink
from overlay.sinks.memory import MemorySink
from overlay.sinks.mjpeg import MjpegFeed
from overlay.sinks.mp4 import Mp4File
from overlay.sinks.png import PngFile
from overlay.sinks.webcam import Webcam


class Device:
    """A virtual webcam that nobody watches."""

    name = "nowhere"

    def send(self, i420: bytes) -> None:
        pass

    def close(self) -> None:
        pass


MAKERS: dict[str, Callable[[Path], PictureSink]] = {
    "memory": lambda folder: MemorySink(),
    "mjpeg": lambda folder: MjpegFeed(),
    "png": lambda folder: PngFile(folder / "deep" / "picture.png"),
    "mp4": lambda folder: Mp4File(folder / "deep" / "picture.mp4", FakeClock(3.0)),
    "webcam": lambda folder: Webcam(lambda width, height: Device(), FakeClock()),
}
WIDTH, HEIGHT = 320, 180
FIRST = PictureUpdate(
    1,
    WIDTH,
    HEIGHT,
    b"\x40" * (WIDTH * HEIGHT) + b"\x80" * (WIDTH * HEIGHT // 2),
    (Rectangle(0, 0, WIDTH, HEIGHT),),
    0.0,
)


@pytest.fixture(params=sorted(MAKERS))
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> PictureSink:
    return MAKERS[request.param](tmp_path)


def updates(count: int) -> list[PictureUpdate]:
    return [replace(FIRST, number=n + 1, changed_s=n / 30) for n in range(count)]


async def test_takes_pictures_and_ends(sink: PictureSink) -> None:
    for update in updates(5):
        await sink.show(update)
    await sink.aclose()


async def test_ends_without_a_picture(sink: PictureSink) -> None:
    await sink.aclose()


async def test_may_be_ended_twice_and_ignores_what_comes_late(sink: PictureSink) -> None:
    await sink.show(FIRST)
    await sink.aclose()
    await sink.show(replace(FIRST, number=2))
    await sink.aclose()


async def test_a_burst_is_taken_without_waiting_for_the_loop(sink: PictureSink) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with asyncio.TaskGroup() as group:
        task = group.create_task(others())
        for update in updates(200):
            await sink.show(update)
        assert turns == 0, "show gave the loop away: it waited for something"
        task.cancel()
    await sink.aclose()

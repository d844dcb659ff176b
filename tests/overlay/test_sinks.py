"""Outputs of the picture."""

import asyncio
import io
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import av
import pytest
from PIL import Image

from domain.clock import FakeClock
from domain.errors import StorageError
from domain.pictures import PictureUpdate
from overlay.sinks.mjpeg import MjpegFeed
from overlay.sinks.mp4 import Mp4File
from overlay.sinks.png import PngFile

Make = Callable[..., PictureUpdate]


def shade(data: bytes) -> int:
    """The grey in the middle of an image file."""
    value = Image.open(io.BytesIO(data)).convert("L").getpixel((160, 90))
    assert isinstance(value, int)
    return value


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return [path.name for path in folder.iterdir()]


async def test_mjpeg_gives_the_newest_then_changes_then_repeats(make_update: Make) -> None:
    feed = MjpegFeed(repeat_s=0.01)
    await feed.show(make_update(1, luma=16))
    await feed.show(make_update(2, luma=235))
    frames = feed.frames()
    first = await anext(frames)
    assert shade(first) > 250
    assert await anext(frames) == first
    await feed.show(make_update(3, luma=16))
    assert shade(await anext(frames)) < 5
    await feed.aclose()
    assert [frame async for frame in frames] == []


async def test_mjpeg_encodes_once_for_all_who_watch(make_update: Make) -> None:
    feed = MjpegFeed()
    await feed.show(make_update(1))
    one, two = feed.frames(), feed.frames()
    assert await anext(one) is await anext(two)
    for watching in (one, two):
        assert isinstance(watching, AsyncGenerator)
        await watching.aclose()
    assert feed._watchers == set()


async def test_png_is_the_newest_picture(make_update: Make, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    sink = PngFile(path)
    await sink.show(make_update(1, luma=235))
    assert not path.exists()
    await sink.write()
    assert shade(path.read_bytes()) > 250
    await sink.show(make_update(2, luma=16))
    await sink.aclose()
    assert shade(path.read_bytes()) < 5
    assert names(tmp_path) == [path.name]


async def test_a_place_that_cannot_be_written_is_an_error(
    make_update: Make, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    sinks = (
        PngFile(tmp_path / "file" / "a.png"),
        Mp4File(tmp_path / "file" / "a.mp4", FakeClock(1.0)),
    )
    for sink in sinks:
        await sink.show(make_update(1))
        with pytest.raises(StorageError):
            await sink.aclose()


async def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(
    make_update: Make, tmp_path: Path
) -> None:
    for sink in (PngFile(tmp_path), Mp4File(tmp_path, FakeClock(1.0))):
        await sink.show(make_update(1))
        async with asyncio.timeout(10):
            with pytest.raises(StorageError):
                await sink.aclose()
    assert tmp_path.name in names(tmp_path.parent)
    assert tmp_path.name + ".part" not in names(tmp_path.parent)


async def test_mp4_keeps_the_time_of_the_meeting(make_update: Make, tmp_path: Path) -> None:
    path = tmp_path / "tile.mp4"
    clock = FakeClock()
    sink = Mp4File(path, clock, start_s=100.0)
    await sink.show(make_update(1, luma=40, at_s=100.0))
    await sink.show(make_update(2, luma=120, at_s=100.52))
    await sink.show(make_update(3, luma=200, at_s=103.25))
    clock.advance(104.5)
    assert not path.exists()
    await sink.aclose()
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        seen = [
            (round(float(frame.pts * stream.time_base), 3), frame.to_ndarray()[90, 160])
            for frame in file.decode(stream)
        ]
    changes = [
        now
        for before, now in zip(seen, seen[1:], strict=False)
        if abs(int(now[1]) - int(before[1])) > 40
    ]
    assert seen[0][0] == 0.0
    assert [at for at, _ in changes] == [0.52, 3.25]
    assert seen[-1][0] == 4.5
    assert max(b[0] - a[0] for a, b in zip(seen, seen[1:], strict=False)) <= 1.0
    assert names(tmp_path) == [path.name]


async def test_mp4_takes_another_size_on_the_way(make_update: Make, tmp_path: Path) -> None:
    path = tmp_path / "tile.mp4"
    sink = Mp4File(path, FakeClock(2.0))
    await sink.show(make_update(1))
    wide = PictureUpdate(2, 640, 360, b"\x60" * (640 * 360 * 3 // 2), (), 1.0)
    await sink.show(wide)
    await sink.aclose()
    with av.open(str(path)) as file:
        sizes = {(frame.width, frame.height) for frame in file.decode(video=0)}
    assert sizes == {(320, 180)}

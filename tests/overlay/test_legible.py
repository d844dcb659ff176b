"""People can read the picture at the sizes that Meet shows, also after its codec."""

import re
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from jiwer import wer
from PIL import Image

from domain.captions import Caption
from domain.pictures import PictureUpdate
from overlay.painter import Painter
from overlay.settings import OverlaySettings

ORIGINAL = "Nosotros podemos enviar la primera parte mañana"
TRANSLATION = "We can send you the first part of the report tomorrow morning before lunch"
SIZES = [(1280, 720), (836, 470), (460, 259)]
"""Pinned, one of two people, and one of nine; as large as fits the tile."""
MORE = "and the other part will follow next week"

pytestmark = [
    pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed"),
    pytest.mark.usefixtures("book"),
]


@pytest.fixture(scope="module")
def pictures(make_caption: Callable[..., Caption]) -> list[PictureUpdate]:
    """A translation that grows word by word."""
    painter = Painter(OverlaySettings(targets=("en",), sources=("es",)))
    words, out = TRANSLATION.split(), []
    for count in range(1, len(words) + 1):
        said = " ".join(words[:count])
        final = count == len(words)
        caption = make_caption(ORIGINAL, {"en": said}, revision=count, language="es", final=final)
        painter.show([caption], count / 3)
        update = painter.draw(count / 3, count / 3)
        assert update is not None
        out.append(update)
    painter.show([make_caption(MORE, id="c2", speaker="Tom")], 6.0)
    update = painter.draw(6.0, 6.0)
    assert update is not None
    return [*out, update]


def read(image: Image.Image, folder: Path) -> str:
    """What tesseract reads, letters and spaces only. Small images are enlarged for it."""
    grey = image.convert("L").crop((0, image.height // 10, image.width, image.height))
    scale = max(1, round(1600 / image.width))
    grey = grey.resize((grey.width * scale, grey.height * scale), Image.Resampling.BICUBIC)
    path = folder / "read.png"
    Image.fromarray(255 - np.asarray(grey)).save(path)
    run = subprocess.run(
        ["tesseract", str(path), "-", "--psm", "6", "-l", "eng"],
        capture_output=True,
        text=True,
        check=True,
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )
    return re.sub(r"[^a-z ]+", " ", run.stdout.lower().replace("\n", " "))


def errors(text: str) -> float:
    """The share of the words to read that were not read in their order."""
    found = " ".join(text.split())
    wanted = [TRANSLATION.lower(), MORE]
    parts = []
    for sentence in wanted:
        count = len(sentence.split())
        words = found.split()
        windows = [" ".join(words[i : i + count]) for i in range(max(1, len(words) - count + 1))]
        parts.append(min(wer(sentence, window) if window else 1.0 for window in windows))
    return sum(parts) / len(parts)


@pytest.mark.parametrize("size", SIZES)
def test_read_as_drawn(
    pictures: list[PictureUpdate],
    as_rgb: Callable[[PictureUpdate], Image.Image],
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    image = as_rgb(pictures[-1]).resize(size, Image.Resampling.LANCZOS)
    assert errors(read(image, tmp_path)) <= 0.05


@pytest.fixture(scope="module")
def received(pictures: list[PictureUpdate]) -> Image.Image:
    """What arrives through VP8 with at most 170 kbit/s."""
    image, sent = through_vp8(pictures, wanted=105_000)
    assert sent <= 170_000, "the encoder took more than the test is about"
    return image


@pytest.mark.parametrize("size", SIZES)
def test_read_after_the_codec(received: Image.Image, tmp_path: Path, size: tuple[int, int]) -> None:
    assert errors(read(received.resize(size, Image.Resampling.BILINEAR), tmp_path)) <= 0.05


def through_vp8(pictures: list[PictureUpdate], wanted: int) -> tuple[Image.Image, float]:
    """The last picture as somebody receives it at ten frames a second, four frames after it
    was drawn, and the bits per second that were really sent: libvpx exceeds what is wanted.
    """
    encoder = VideoCodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 1280, 720, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 10), Fraction(10)
    encoder.bit_rate = wanted
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    decoder = VideoCodecContext.create("vp8", "r")
    last: av.VideoFrame | None = None
    tick = size = 0
    for update in pictures:
        rows = np.frombuffer(update.i420, np.uint8).reshape(-1, update.width)
        for _ in range(4):
            frame = av.VideoFrame.from_ndarray(rows, format="yuv420p")
            frame.pts, tick = tick, tick + 1
            for packet in encoder.encode(frame):
                size += packet.size
                for decoded in decoder.decode(packet):
                    last = decoded
    assert last is not None
    return last.to_image(), size * 8 * 10 / tick


def test_the_measure_tells_what_cannot_be_read(
    pictures: list[PictureUpdate],
    as_rgb: Callable[[PictureUpdate], Image.Image],
    tmp_path: Path,
) -> None:
    image = as_rgb(pictures[-1]).resize((100, 56), Image.Resampling.BILINEAR)
    assert errors(read(image, tmp_path)) > 0.5
    assert errors("") == 1.0

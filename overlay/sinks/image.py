"""Picture updates as ordinary images."""

import io

import numpy as np
from PIL import Image

from domain.pictures import PictureUpdate


def _stretch(low: float, high: float, middle: float) -> list[int]:
    scale = 255 / (high - low)
    start = low if middle == 0 else 128
    return [min(255, max(0, round((value - start) * scale + middle))) for value in range(256)]


_LUMA = _stretch(16, 235, 0)
_CHROMA = _stretch(16, 240, 128)


def to_image(update: PictureUpdate) -> Image.Image:
    """The picture in full-range YCbCr, as JPEG has it."""
    width, height = update.width, update.height
    luma, chroma = width * height, width * height // 4
    data = np.frombuffer(update.i420, dtype=np.uint8)
    half = (height // 2, width // 2)
    planes = [Image.fromarray(data[:luma].reshape(height, width)).point(_LUMA)]
    for start in (luma, luma + chroma):
        plane = Image.fromarray(data[start : start + chroma].reshape(half)).point(_CHROMA)
        planes.append(plane.resize((width, height), Image.Resampling.BILINEAR))
    return Image.merge("YCbCr", planes)


def to_jpeg(update: PictureUpdate, quality: int) -> bytes:
    """The picture as a JPEG file, quality 1 to 95."""
    out = io.BytesIO()
    to_image(update).save(out, "JPEG", quality=quality)
    return out.getvalue()


def to_png(update: PictureUpdate) -> bytes:
    """The picture as a PNG file."""
    out = io.BytesIO()
    to_image(update).convert("RGB").save(out, "PNG", compress_level=3)
    return out.getvalue()

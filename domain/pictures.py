"""The bot's picture: full frames in I420 and the rectangles that changed."""

from dataclasses import dataclass

WIDTH = 1280
HEIGHT = 720
FPS = 30


@dataclass(frozen=True, slots=True)
class Rectangle:
    """An area of the picture; every number is even."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PictureUpdate:
    """The picture after a change."""

    number: int
    """Rises by one with each update."""
    width: int
    height: int
    i420: bytes
    """The whole frame, limited range BT.601: Y (height x width), then U and V
    (height/2 x width/2 each)."""
    changed: tuple[Rectangle, ...]
    """Where it differs from the update before; the whole frame at first."""
    changed_s: float
    """Meeting second of the change that led to it."""
    captions: tuple[tuple[str, int], ...] = ()
    """Ids and revisions of the captions shown."""


def crop_i420(update: PictureUpdate, area: Rectangle) -> bytes:
    """The Y, U and V planes of an area, one after the other, as the page wants them."""
    w, h = update.width, update.height
    planes: list[bytes] = []
    offset = 0
    for half in (1, 2, 2):
        stride = w // half
        left, wide = area.x // half, area.width // half
        top, high = area.y // half, area.height // half
        start = offset + top * stride + left
        planes.extend(
            update.i420[start + row * stride : start + row * stride + wide] for row in range(high)
        )
        offset += stride * (h // half)
    return b"".join(planes)

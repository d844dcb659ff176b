"""The picture stamp: an update's number as blocks of light and dark in the bottom rows."""

from functools import reduce

from domain.pictures import Rectangle
from overlay.i420 import I420

BLOCK = 8
BITS = 40
AREA = Rectangle(16, 712, BITS * BLOCK, BLOCK)
"""Where it lies on a picture of 1280 x 720."""

_SYNC = (1, 0, 1, 0)
_LUMA = (20, 100)


def bits_of(number: int) -> tuple[int, ...]:
    """Sync pattern, 32 bits of the number, and 4 check bits."""
    number &= 0xFFFFFFFF
    check = reduce(lambda a, b: a ^ b, ((number >> shift) & 15 for shift in range(0, 32, 4)))
    return (
        *_SYNC,
        *((number >> shift) & 1 for shift in range(31, -1, -1)),
        *((check >> shift) & 1 for shift in range(3, -1, -1)),
    )


def draw_stamp(picture: I420, number: int) -> Rectangle:
    """Writes a number into a picture; the area that it takes."""
    rows = slice(AREA.y, AREA.y + BLOCK)
    for place, bit in enumerate(bits_of(number)):
        x = AREA.x + BLOCK * place
        picture.y[rows, x : x + BLOCK] = _LUMA[bit]
    half = slice(AREA.y // 2, (AREA.y + BLOCK) // 2), slice(AREA.x // 2, (AREA.x + AREA.width) // 2)
    picture.u[half] = 128
    picture.v[half] = 128
    return AREA

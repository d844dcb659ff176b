"""Reads the update number that a stamped picture carries in its bottom rows."""

import numpy as np
import numpy.typing as npt

FULL_WIDTH, FULL_HEIGHT = 1280, 720
BLOCK = 8
LEFT, TOP = 16, 712
BLOCKS = 40
THRESHOLD = 60
_SYNC = (1, 0, 1, 0)


def read_stamp(luma: npt.NDArray[np.uint8]) -> int | None:
    """The number in a picture's luma plane (height x width); None where none can be read."""
    height, width = luma.shape
    sx, sy = width / FULL_WIDTH, height / FULL_HEIGHT
    top, bottom = round((TOP + 1) * sy), round((TOP + BLOCK - 1) * sy)
    if bottom <= top or round((LEFT + BLOCK * BLOCKS) * sx) > width:
        return None
    bits = []
    for index in range(BLOCKS):
        left = LEFT + BLOCK * index
        block = luma[top:bottom, round((left + 1) * sx) : round((left + BLOCK - 1) * sx)]
        if block.size == 0:
            return None
        bits.append(int(block.mean() > THRESHOLD))
    if tuple(bits[:4]) != _SYNC:
        return None
    number = _value(bits[4:36])
    return number if _value(bits[36:]) == checksum(number) else None


def checksum(number: int) -> int:
    """The XOR of the eight nibbles of a 32-bit number."""
    value = 0
    for shift in range(0, 32, 4):
        value ^= number >> shift & 0xF
    return value


def _value(bits: list[int]) -> int:
    value = 0
    for bit in bits:
        value = value << 1 | bit
    return value

"""RGB to limited-range BT.601 I420, for a whole picture or a part of it."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from domain.pictures import Rectangle

Buffer = npt.NDArray[np.uint8]

_KR, _KG, _KB = 0.299, 0.587, 0.114
_Y, _C = 219 / 255, 224 / 255
_MATRIX = (
    *(_Y * _KR, _Y * _KG, _Y * _KB, 16.0),
    *(-_C * _KR / (2 - 2 * _KB), -_C * _KG / (2 - 2 * _KB), _C / 2, 128.0),
    *(_C / 2, -_C * _KG / (2 - 2 * _KR), -_C * _KB / (2 - 2 * _KR), 128.0),
)


class I420:
    """A picture's three planes in one buffer."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._buffer: Buffer = np.empty(width * height * 3 // 2, dtype=np.uint8)
        luma, chroma = width * height, width * height // 4
        half = (height // 2, width // 2)
        self.y = self._buffer[:luma].reshape(height, width)
        self.u = self._buffer[luma : luma + chroma].reshape(half)
        self.v = self._buffer[luma + chroma :].reshape(half)

    def convert(self, canvas: Image.Image, area: Rectangle) -> None:
        """Takes an area of an RGB picture over; its numbers are even."""
        x, y, w, h = area.x, area.y, area.width, area.height
        part = canvas.crop((x, y, x + w, y + h)).convert("RGB", _MATRIX)
        luma, u, v = part.split()
        self.y[y : y + h, x : x + w] = np.asarray(luma)
        rows, columns = slice(y // 2, (y + h) // 2), slice(x // 2, (x + w) // 2)
        self.u[rows, columns] = np.asarray(u.reduce(2))
        self.v[rows, columns] = np.asarray(v.reduce(2))

    def bytes(self) -> bytes:
        """A copy of the buffer."""
        return self._buffer.tobytes()

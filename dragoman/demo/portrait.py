"""Picks the received frame that shows the most."""

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from storage.export.files import write_atomic

BRIGHT = 150


class Portrait:
    """Keeps, of the frames it is shown, the one with the most bright text."""

    def __init__(self) -> None:
        self._best: npt.NDArray[np.uint8] | None = None
        self._score = -1.0

    def look(self, rgb: npt.NDArray[np.uint8]) -> None:
        """Considers a frame, height x width x 3."""
        score = float((rgb.max(axis=2) > BRIGHT).mean())
        if score >= self._score:
            self._best, self._score = rgb, score

    def save(self, path: Path) -> bool:
        """Writes the best frame as PNG; says whether there was one. Raises StorageError."""
        if self._best is None:
            return False
        picture = BytesIO()
        Image.fromarray(self._best).save(picture, "PNG")
        write_atomic(path, picture.getvalue())
        return True

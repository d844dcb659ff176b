"""The newest picture as a PNG file."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from domain.errors import StorageError
from domain.pictures import PictureUpdate
from overlay.sinks.image import to_png


class PngFile:
    """Writes the newest picture when asked, and at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._update: PictureUpdate | None = None
        self._written: PictureUpdate | None = None

    async def show(self, update: PictureUpdate) -> None:
        self._update = update

    async def write(self) -> None:
        """Replaces the file as a whole. Raises StorageError."""
        update = self._update
        if update is not None and update is not self._written:
            await asyncio.to_thread(self._replace, update)
            self._written = update

    async def aclose(self) -> None:
        await self.write()

    def _replace(self, update: PictureUpdate) -> None:
        part = self._path.with_name(self._path.name + ".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(to_png(update))
            os.replace(part, self._path)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise StorageError(
                f"The picture could not be written to {self._path}.",
                "Check that the folder exists, is writable and has room.",
            ) from error

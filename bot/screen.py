"""An X display as pictures, and a pointer and a keyboard for it."""

import asyncio
import io
import os
import shutil
from collections.abc import AsyncIterator, Mapping

from PIL import Image, ImageChops, ImageGrab

from domain.errors import BrowserError, MissingError

KEYS = frozenset(
    ("Return", "Tab", "BackSpace", "Delete", "Escape", "Home", "End", "Prior", "Next")
    + ("Left", "Right", "Up", "Down")
)
"""X names of the keys that write nothing."""
BUTTONS = {"left": "1", "middle": "2", "right": "3", "up": "4", "down": "5"}
"""Buttons of a pointer, its wheel included."""
_EVERY_S = 0.2
_QUALITY = 80
LONGEST = 500


class Screen:
    """One display, and what leads to it. Raises MissingError without xdotool."""

    def __init__(self, display: Mapping[str, str]) -> None:
        found = shutil.which("xdotool")
        if found is None:
            raise MissingError(
                "To give a browser without a screen your keys, xdotool is needed.",
                "Install it (apt install xdotool), or sign in where there is a screen.",
            )
        self._program = found
        self._display = dict(display)
        # The library that takes the pictures, in this process, looks for the key nowhere else.
        os.putenv("XAUTHORITY", display.get("XAUTHORITY", ""))

    async def pictures(self) -> AsyncIterator[bytes]:
        """JPEG files of the whole display: the first at once, then whenever it has changed."""
        before: Image.Image | None = None
        while True:
            now = await asyncio.to_thread(self._grab)
            if before is None or await asyncio.to_thread(_differ, before, now):
                before = now
                yield await asyncio.to_thread(_jpeg, now)
            await asyncio.sleep(_EVERY_S)

    async def click(self, x: int, y: int, button: str) -> None:
        """Presses a button of BUTTONS at a place, in pixels from the upper left."""
        at = (str(max(0, x)), str(max(0, y)))
        await self._do("mousemove", *at, "click", BUTTONS[button])

    async def press(self, key: str) -> None:
        """Presses one of KEYS."""
        if key in KEYS:
            await self._do("key", key)

    async def write(self, text: str) -> None:
        """Types a text; no other process gets to see it."""
        printable = "".join(each for each in text[:LONGEST] if each.isprintable())
        await self._do("type", "--file", "-", given=printable.encode())

    def _grab(self) -> Image.Image:
        try:
            return ImageGrab.grab(xdisplay=self._display["DISPLAY"])
        except OSError as error:
            raise BrowserError("The display is gone.", "Start again.") from error

    async def _do(self, *words: str, given: bytes = b"") -> None:
        process = await asyncio.create_subprocess_exec(
            self._program,
            *words,
            env=self._display,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await process.communicate(given)


def _differ(before: Image.Image, now: Image.Image) -> bool:
    return before.size != now.size or ImageChops.difference(before, now).getbbox() is not None


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()

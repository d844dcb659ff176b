"""A private X display for a browser with a window."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.errors import BrowserError, MissingError

_START_S = 10.0
_SCREEN = "1280x800x24"


@asynccontextmanager
async def private_display() -> AsyncIterator[str]:
    """The name of a fresh Xvfb display, such as :7. Raises MissingError or BrowserError."""
    program = shutil.which("Xvfb")
    if program is None:
        raise MissingError(
            "A browser with a window needs Xvfb, which is not installed.",
            "Install it (apt install xvfb), or run headless.",
        )
    reading, writing = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            program, "-displayfd", str(writing), "-screen", "0", _SCREEN, "-nolisten", "tcp",
            pass_fds=(writing,),
            start_new_session=True,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        os.close(writing)
    try:
        number = await asyncio.wait_for(asyncio.to_thread(os.read, reading, 16), _START_S)
        if not number.strip():
            raise BrowserError("Xvfb did not start.", "Set `display` to one that works.")
        yield f":{number.decode().strip()}"
    finally:
        os.close(reading)
        if process.returncode is None:
            process.kill()
            await process.wait()

"""A private X display for a browser with a window: no other user of the machine may look."""

import asyncio
import os
import secrets
import shutil
import struct
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from bot.leftovers import PROFILE, VARIABLE, mark
from domain.errors import BrowserError, MissingError

_START_S = 10.0
_END_S = 2.0
_SCREEN = "1280x800x24"


@asynccontextmanager
async def private_display() -> AsyncIterator[Mapping[str, str]]:
    """What leads a program to a fresh Xvfb display: its name, such as :7, and the file that
    lets in. Raises MissingError or BrowserError."""
    program = shutil.which("Xvfb")
    if program is None:
        raise MissingError(
            "A browser with a window needs Xvfb, which is not installed.",
            "Install it (apt install xvfb), or run headless.",
        )
    with _key() as key:
        async with _server(program, key) as name:
            yield {"DISPLAY": name, "XAUTHORITY": str(key)}


@contextmanager
def _key() -> Iterator[Path]:
    """A file that this user alone can read: without it the server lets nobody in."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PROFILE}{mark()}-"))
    try:
        parts = (b"", b"", b"MIT-MAGIC-COOKIE-1", secrets.token_bytes(16))
        any_host = struct.pack(">H", 0xFFFF)
        (folder / "key").write_bytes(
            any_host + b"".join(struct.pack(">H", len(part)) + part for part in parts)
        )
        yield folder / "key"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _server(program: str, key: Path) -> AsyncIterator[str]:
    reading, writing = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            "env", f"{VARIABLE}={mark()}",
            program, "-displayfd", str(writing), "-screen", "0", _SCREEN, "-nolisten", "tcp",
            "-auth", str(key), "-noreset",
            pass_fds=(writing,),
            start_new_session=True,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        os.close(writing)
    try:
        number = b""
        with suppress(TimeoutError):
            number = await asyncio.wait_for(asyncio.to_thread(os.read, reading, 16), _START_S)
        if not number.strip():
            raise BrowserError("Xvfb did not start.", "Set `display` to one that works.")
        yield f":{number.decode().strip()}"
    finally:
        os.close(reading)
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Xvfb removes its lock and its socket only where it may end by itself."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _END_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

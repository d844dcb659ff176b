"""A browser in which a person signs in: a plain one, without any automation, on a kept profile."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.browser import find_browser
from bot.leftovers import VARIABLE, mark
from bot.profile import hold_profile
from domain.errors import BrowserError

COOKIES = ("SID", "HSID", "SSID")
"""Only a browser with an account has them."""
_FILES = ("Default/Network/Cookies", "Default/Cookies")
_END_S = 10.0


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where somebody signs in."""

    profile: Path
    address: str
    desktop: Mapping[str, str]
    """DISPLAY, such as :1, and what else leads to the screen."""
    browser: str = ""
    """Path of a Chromium; empty looks in the usual places."""
    sandboxed: bool = True


def signed_in(profile: Path, host: str) -> bool:
    """Whether a profile has an account's cookies for a host. Blocks briefly.

    A running browser writes them within half a minute, and when it is closed.
    """
    for name in _FILES:
        path = profile / name
        if path.is_file():
            with suppress(sqlite3.Error):
                return _has_cookies(path, host)
    return False


def _has_cookies(path: Path, host: str) -> bool:
    # The browser keeps its file locked; a look at it as it is needs no lock.
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as file:
        rows = file.execute(
            "SELECT host_key FROM cookies WHERE name IN (?, ?, ?) AND is_persistent", COOKIES
        ).fetchall()
    hosts = [str(key) for (key,) in rows]
    return any(host == each.lstrip(".") or host.endswith(f".{each.lstrip('.')}") for each in hosts)


@asynccontextmanager
async def sign_in_window(sign_in: SignIn) -> AsyncIterator[asyncio.Event]:
    """A window at the address; the event is set when a person has closed it.

    Afterwards the browser has written everything and is gone. Raises MissingError, BrowserError,
    or UsageError for a profile in use.
    """
    program = find_browser(sign_in.browser)
    with hold_profile(sign_in.profile) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *_arguments(sign_in, profile),
            env={
                **sign_in.desktop,
                VARIABLE: mark(),
                "HOME": str(profile),
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        closed = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(_wait(process, closed))
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(closed.wait(), 1.0)
                    raise BrowserError("The browser ended at once.", "Try `dragoman doctor`.")
                yield closed
            finally:
                await _end(process)
                waiting.cancel()


def _arguments(sign_in: SignIn, profile: Path) -> list[str]:
    return [
        f"--user-data-dir={profile}",
        # Bots read the cookies with the same key.
        "--password-store=basic",
        "--no-first-run",
        "--no-default-browser-check",
        "--lang=en-US",
        "--window-position=0,0",
        "--window-size=1280,800",
        *([] if sign_in.sandboxed else ["--no-sandbox"]),
        sign_in.address,
    ]


async def _wait(process: asyncio.subprocess.Process, closed: asyncio.Event) -> None:
    await process.wait()
    closed.set()


async def _end(process: asyncio.subprocess.Process) -> None:
    """A browser that may end by itself writes its cookies first."""
    with suppress(ProcessLookupError):
        process.terminate()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _END_S)

"""Signs the bot's account in: a person does, in a plain browser, here or over a page."""

import asyncio
import secrets
import time
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from bot.display import private_display
from bot.screen import Screen
from bot.settings import sandboxed
from bot.signin import SignIn, sign_in_window, signed_in
from domain.links import SITE
from dragoman import console
from dragoman.loopback import served
from dragoman.settings import Settings, desktop
from dragoman.signals import StopSignals
from web.access import Access
from web.screen import ScreenPage

GOOGLE = "https://accounts.google.com/ServiceLogin?continue=https%3A%2F%2Fmeet.google.com%2F&hl=en"
LOOK_S = 2.0
WRITTEN_S = 40.0
"""A browser writes cookies down at the latest half a minute after it got them."""


@dataclass(frozen=True, slots=True)
class How:
    """How somebody signs in."""

    view: bool
    """Over a page, for a machine without a screen."""
    port: int = 0
    base_url: str = ""
    """Another site than Google's that acts like it: its own page for signing in is opened."""

    @property
    def host(self) -> str:
        """Of the site at which bots need the account."""
        return urlsplit(self.base_url or SITE).hostname or ""

    @property
    def address(self) -> str:
        """Of the page on which people sign in."""
        return f"{self.base_url.rstrip('/')}/signin" if self.base_url else GOOGLE


def profile_of(settings: Settings) -> Path:
    """Where the account is kept."""
    return (settings.bot.profile or settings.data_dir / "profile").expanduser()


async def sign_in(settings: Settings, how: How) -> bool:
    """Opens the browser until a person closes it; whether the account is signed in then.

    Raises MissingError, BrowserError, or UsageError for a profile in use.
    """
    profile = profile_of(settings)
    with _stopping() as over:
        async with AsyncExitStack() as stack:
            screen = desktop()
            if how.view:
                display = await stack.enter_async_context(private_display())
                screen = dict(display)
                address = await stack.enter_async_context(_page(display, how.port, over.set))
                console.say(f"Open this address and sign in: {address}")
                console.say(
                    "From another machine, first: "
                    f"ssh -L {urlsplit(address).port}:127.0.0.1:{urlsplit(address).port} THIS_HOST",
                    style="dim",
                )
            window = SignIn(
                profile, how.address, screen, str(settings.bot.browser or ""),
                sandboxed(settings.bot.sandbox),
            )  # fmt: skip
            closed = await stack.enter_async_context(sign_in_window(window))
            if not how.view:
                console.say("Sign in with the bot's account in the window that has opened.")
            console.say("Then close it, or press Ctrl-C here.", style="dim")
            await _until(closed, over, profile, how.host)
    return await asyncio.to_thread(signed_in, profile, how.host)


@contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    with StopSignals() as signals:
        # The first signal means that the person is done.
        signals.leave = lambda _reason: None
        yield signals.asked


@asynccontextmanager
async def _page(
    display: Mapping[str, str], port: int, done: Callable[[], None]
) -> AsyncIterator[str]:
    """The address of a page that shows the display."""
    token = secrets.token_urlsafe(24)
    app = web.Application()
    ScreenPage(Access(token), Screen(display), done).add_routes(app)
    async with served(app, port) as at:
        yield f"http://127.0.0.1:{at}/screen?token={token}"


async def _until(closed: asyncio.Event, over: asyncio.Event, profile: Path, host: str) -> None:
    """Until the window is closed, or the person is done and the browser has written it down."""
    told = False
    while not await _within(LOOK_S, closed, over):
        if not told and await asyncio.to_thread(signed_in, profile, host):
            told = True
            console.say("Signed in. Finish what the page asks, then close it.")
    if not closed.is_set():
        console.say("The browser is given time to write the account down.", style="dim")
    deadline = time.monotonic() + WRITTEN_S
    while not closed.is_set() and time.monotonic() < deadline:
        if await asyncio.to_thread(signed_in, profile, host):
            return
        await _within(LOOK_S, closed)


async def _within(wait_s: float, *events: asyncio.Event) -> bool:
    """Whether one of the events comes in time."""
    waits = [asyncio.ensure_future(each.wait()) for each in events]
    try:
        return bool((await asyncio.wait(waits, timeout=wait_s, return_when=FIRST_COMPLETED))[0])
    finally:
        for each in waits:
            each.cancel()

"""The browser: found, started with what a meeting needs, and really gone afterwards."""

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext, Error, Page, Playwright, async_playwright

from bot.display import private_display
from bot.leftovers import VARIABLE, mark, sweep
from bot.profile import end_browser, hold_profile
from bot.pulse import Sink, nowhere
from bot.scripts import PageScript
from bot.settings import BotSettings
from domain.errors import BrowserError, MissingError

log = logging.getLogger(__name__)

USUAL = (
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "google-chrome-stable",
    "google-chrome",
    "chromium",
    "chromium-browser",
)
_CLOSE_S = 4.0
_FLAGS = (
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--lang=en-US",
    "--accept-lang=en-US,en",
    "--window-size=1280,800",
    "--force-device-scale-factor=1",
    "--disable-dev-shm-usage",
    "--password-store=basic",
    "--no-default-browser-check",
)
_PERMISSIONS = ["camera", "microphone", "notifications", "local-network-access"]


@dataclass(frozen=True, slots=True)
class Browser:
    """A running browser with one page."""

    context: BrowserContext
    page: Page
    version: str
    profile: Path


def find_browser(path: str) -> str:
    """A Chromium's path. Raises MissingError."""
    for name in (path,) if path else USUAL:
        found = shutil.which(name)
        if found:
            return found
    looked = path or ", ".join(USUAL)
    raise MissingError(
        f"No Chromium was found ({looked}).",
        "Install one (apt install chromium) or set the browser's path.",
    )


async def _launch(
    playwright: Playwright,
    settings: BotSettings,
    profile: Path,
    screen: Mapping[str, str],
    sink: Sink | None,
) -> BrowserContext:
    executable = find_browser(settings.browser)
    environment: dict[str, str | float | bool] = {
        VARIABLE: mark(),
        "HOME": str(profile),
        "LANGUAGE": "en_US",
        "PULSE_RUNTIME_PATH": str(profile / "pulse"),
        **screen,
        **(sink.environment if sink else nowhere(profile)),
    }
    try:
        return await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable,
            headless=settings.headless,
            args=[*_FLAGS, *([] if sink else ["--mute-audio"])],
            ignore_default_args=["--mute-audio"],
            env=environment,
            chromium_sandbox=settings.sandboxed,
            bypass_csp=True,
            permissions=_PERMISSIONS,
            locale="en-US",
            viewport={"width": 1280, "height": 720},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            timeout=settings.start_timeout_s * 1000,
        )
    except Error as error:
        first = error.message.splitlines()[0] if error.message else "no reason given"
        raise BrowserError(
            f"The browser did not start: {first}", "Try `dragoman doctor`."
        ) from error


async def _page(context: BrowserContext, script: PageScript) -> Page:
    """A page with the script. Raises BrowserError for a browser that is gone already."""
    try:
        await context.expose_binding(script.binding, script.called)
        await context.add_init_script(script.text)
        return context.pages[0] if context.pages else await context.new_page()
    except Error as error:
        raise BrowserError(
            f"The browser broke at its start: {error.message.splitlines()[0]}",
            "Try `dragoman doctor`.",
        ) from error


async def _close(context: BrowserContext, profile: Path) -> None:
    try:
        async with asyncio.timeout(_CLOSE_S):
            await context.close()
    except (TimeoutError, Error):
        log.warning("the browser did not close by itself")
        end_browser(profile)


async def _stop(playwright: Playwright) -> None:
    try:
        async with asyncio.timeout(_CLOSE_S):
            await playwright.stop()
    except (TimeoutError, Error):
        log.warning("the browser's driver did not stop in time")


async def _driver() -> Playwright:
    """Playwright's driver. Raises MissingError where its program does not run."""
    try:
        return await async_playwright().start()
    except Exception as error:
        raise MissingError(
            f"The browser's driver (Playwright's node program) does not run: {error}",
            "Install what it is linked to (apt install libatomic1) and Playwright again.",
        ) from error


@asynccontextmanager
async def open_browser(
    settings: BotSettings, page_script: PageScript, sink: Sink | None = None
) -> AsyncIterator[Browser]:
    """A browser whose pages run the script first and play into the sink, or nowhere; all of it
    is gone afterwards.

    Raises MissingError, BrowserError, or UsageError for a profile in use.
    """
    async with AsyncExitStack() as stack:
        screen: Mapping[str, str] = {"DISPLAY": settings.display} if settings.display else {}
        if not settings.headless and not screen:
            screen = await stack.enter_async_context(private_display())
        await asyncio.to_thread(sweep)
        profile = stack.enter_context(hold_profile(settings.profile))
        playwright = await _driver()
        stack.push_async_callback(_stop, playwright)
        context = await _launch(playwright, settings, profile, screen, sink)
        stack.push_async_callback(_close, context, profile)
        page = await _page(context, page_script)
        version = context.browser.version if context.browser else "unknown"
        yield Browser(context, page, version, profile)

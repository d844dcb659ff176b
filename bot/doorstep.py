"""Steps at the door that are the same for every way in."""

from urllib.parse import urlsplit

from playwright.async_api import Error, Page

from bot.locales.pack import LocalePack
from bot.locales.packs import PACKS
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Place, Snapshot, Verdict, plain
from domain.errors import BrowserError

_BROKEN = 500


async def open_page(page: Page, settings: BotSettings) -> None:
    """Opens the meeting's page. Raises BrowserError."""
    try:
        reply = await page.goto(
            settings.link.url,
            wait_until="domcontentloaded",
            timeout=settings.start_timeout_s * 1000,
        )
    except Error as error:
        raise BrowserError(
            f"The meeting's page does not open: {error.message.splitlines()[0]}",
            "Check the network and the link.",
        ) from error
    if reply is not None and reply.status >= _BROKEN:
        raise BrowserError(
            f"The meeting's page does not open: the site answers {reply.status}.", "Try again."
        )


def sent_away(page: Snapshot, verdict: Verdict, settings: BotSettings) -> Verdict:
    """The verdict, unless the site has sent the browser off to another page of its own."""
    address = urlsplit(page.url)
    if verdict.place not in (Place.LOADING, Place.GREEN_ROOM) or not address.netloc:
        return verdict
    if address.netloc == urlsplit(settings.link.site).netloc and address.path.strip("/"):
        return verdict
    where = f"{address.hostname}{address.path}"
    return Verdict(Place.AWAY, f"the site sent the browser away from the meeting, to {where}")


def unknown_language(page: Snapshot, pack: LocalePack) -> str | None:
    """Says so, where the page speaks a language without a locale pack."""
    if not page.language or pack.language in PACKS:
        return None
    known = ", ".join(PACKS)
    return (
        f"Meet's page is in {page.language[:20]!r}, of which no texts are known "
        f"(known: {known}); the bot goes by structure alone."
    )


def in_risk_queue(page: Snapshot, pack: LocalePack) -> str | None:
    """Says so, where the page tells of the queue for those whom Meet does not trust."""
    text = plain(page.text)
    if "lobby" not in page.found or not any(word in text for word in pack.risk):
        return None
    return (
        "The bot waits among potential risks: hosts must look for it there, and no answer means no."
    )


async def accept_consent(tab: Tab) -> bool:
    """Answers the notice that stands before the call."""
    if await tab.press("consent"):
        return True
    words = tab.pack.join + tab.pack.got_it
    return await tab.press_text(words, '[role="dialog"]') is not None


async def wake_controls(tab: Tab) -> None:
    """Moves the mouse a little, as controls that went out of sight come back for it."""
    await tab.page.mouse.move(400, 300)
    await tab.page.mouse.move(420, 320)

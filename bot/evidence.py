"""What the bot's page looks like, kept for people who want to know what happened."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Error, Page

from domain.text import clean

LARGEST = 20_000_000
"""Bytes of a page's archive; a larger one is left out."""
_ALIVE_S = 1.5
_STEP_S = 6.0


@dataclass(slots=True)
class PageEvidence:
    """A picture and an archive of the page; what is missing says why."""

    address: str = ""
    title: str = ""
    picture: bytes | None = None
    """PNG."""
    archive: bytes | None = None
    """MHTML, as browsers open it."""
    missing: list[str] = field(default_factory=list)


async def page_evidence(page: Page) -> PageEvidence:
    """Takes about a second; never raises, and takes 15 s at most where the page hangs."""
    found = PageEvidence()
    if not await _alive(page):
        found.missing.append("picture and archive: the page does not answer any more")
        return found
    found.address = clean(page.url, 300)
    await _step(found, "picture", _picture(page, found))
    await _step(found, "archive", _archive(page, found))
    return found


async def _alive(page: Page) -> bool:
    if page.is_closed():
        return False
    try:
        async with asyncio.timeout(_ALIVE_S):
            return bool(await page.evaluate("true"))
    except (Error, TimeoutError):
        return False


async def _step(found: PageEvidence, what: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(_STEP_S):
            await work
    except TimeoutError:
        found.missing.append(f"{what}: it took more than {_STEP_S:.0f} s")
    except Error as error:
        found.missing.append(f"{what}: {clean(error.message.splitlines()[0], 200)}")


async def _picture(page: Page, found: PageEvidence) -> None:
    found.title = clean(await page.title(), 200)
    found.picture = await page.screenshot(timeout=_STEP_S * 1000)


async def _archive(page: Page, found: PageEvidence) -> None:
    session = await page.context.new_cdp_session(page)
    try:
        told = await session.send("Page.captureSnapshot", {"format": "mhtml"})
    finally:
        await session.detach()
    archive = str(told["data"]).encode()
    if len(archive) > LARGEST:
        found.missing.append(f"archive: it has {len(archive)} bytes, more than {LARGEST}")
    else:
        found.archive = archive

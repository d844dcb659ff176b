"""The server as people live with it: from the first account to the exported transcript."""

import io
import re
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from standin.script import Ending, Lobby, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.heavy, pytest.mark.timeout(240)]

Serve = Callable[..., Awaitable[Any]]
Owner = Callable[[Any], Awaitable[Page]]
Ended = Callable[[Page, str], Awaitable[str]]

READERS = {"es": "plan", "fr": "plan", "en": "everyone"}
"""A language, and a word that somebody who reads it sees."""


@asynccontextmanager
async def _meeting() -> AsyncIterator[StandIn]:
    script = replace(bundled_script("short"), end=Ending("stays"), lobby=Lobby("none"), chat=())
    async with StandIn(script) as site:
        yield site


async def test_from_the_invitation_to_the_export(
    browser: Browser, serve: Serve, owner: Owner, ended: Ended, tmp_path: Path
) -> None:
    async with _meeting() as site:
        served = await serve("--port", "0", "--base-url", site.url)
        page = await owner(served)
        meeting = await _invite(page, site.link)
        main = page.locator("main")
        await expect(main).to_contain_text("everyone", timeout=60_000)
        await expect(main).to_contain_text("reunión", timeout=60_000)
        await page.screenshot(path=tmp_path / "live.png")
        viewers = await _viewers(browser, page, f"{served.address}/meetings/{meeting}/share")
        await _read_along(viewers)
        await served.kill()
        port = served.address.rsplit(":", 1)[1]
        served = await serve("--port", port, "--base-url", site.url)
        await page.reload()
        await expect(main).to_contain_text("reunión", timeout=60_000)
        await _read_along(viewers)
        await page.locator("summary", has_text="Leave").click()
        await page.get_by_role("button", name="Leave the meeting").click()
        api = f"{served.address}/api/v1/meetings/{meeting}"
        assert await ended(page, api) == "ended"
        await page.goto(f"{served.address}/meetings/{meeting}")
        await expect(main).to_contain_text("Anna Keller", timeout=20_000)
        await expect(main).to_contain_text("reunión")
        await page.screenshot(path=tmp_path / "transcript.png", full_page=True)
        answer = await page.request.get(f"{api}/export?format=zip")
        assert answer.ok, await answer.text()
        names = zipfile.ZipFile(io.BytesIO(await answer.body())).namelist()
        assert {Path(name).suffix for name in names} >= {".json", ".md", ".srt", ".docx", ".pdf"}


async def _invite(page: Page, link: str) -> str:
    """The id of the meeting to which a bot was sent."""
    await page.get_by_placeholder(re.compile("meet", re.I)).first.fill(link)
    await page.get_by_role("button", name=re.compile("send|join|invite", re.I)).first.click()
    await page.wait_for_url(re.compile(r"/meetings/\w+"))
    meeting = re.search(r"/meetings/(\w+)", page.url)
    assert meeting
    return meeting[1]


async def _viewers(browser: Browser, page: Page, share: str) -> dict[str, Page]:
    """Guests on phones, one a language."""
    answer = await page.request.get(share)
    assert answer.ok, await answer.text()
    url = (await answer.json())["url"]
    viewers = {}
    for language in READERS:
        context = await browser.new_context(viewport={"width": 390, "height": 780})
        viewers[language] = await context.new_page()
        await viewers[language].goto(f"{url}?lang={language}")
    return viewers


async def _read_along(viewers: dict[str, Page]) -> None:
    for language, viewer in viewers.items():
        await expect(viewer.locator("body")).to_contain_text(READERS[language], timeout=30_000)

"""The server as people live with it: from the first account to the exported transcript."""

import asyncio
import io
import os
import re
import shutil
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from standin.script import Ending, Lobby, bundled_script
from standin.server import StandIn

CHROMIUM = shutil.which("chromium")
PASSWORD = "correct horse battery"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.heavy,
    pytest.mark.timeout(240),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]


@dataclass
class Served:
    """A running `dragoman serve`."""

    process: asyncio.subprocess.Process
    address: str
    welcome: str

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


async def _serve(data: Path, *arguments: str) -> Served:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dragoman", "serve", "--data", str(data), *arguments),
        env={**environment, "COLUMNS": "300"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    told = ""
    async with asyncio.timeout(60):
        while "serves at" not in told:
            line = await process.stdout.readline()
            assert line, told
            told += line.decode()
    address = re.search(r"serves at (\S+)", told)
    assert address, told
    welcome = ""
    if not (data / "known").exists():
        welcome = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        (data / "known").touch()
    found = re.search(r"(http\S+)", welcome)
    return Served(process, address[1], found[1] if found else "")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        await opened.close()


@asynccontextmanager
async def _meeting() -> AsyncIterator[StandIn]:
    script = replace(bundled_script("short"), end=Ending("stays"), lobby=Lobby("none"), chat=())
    async with StandIn(script) as site:
        yield site


async def _owner(browser: Browser, served: Served) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(served.welcome)
    await page.get_by_label("Name").fill("ada")
    for field in await page.locator("input[type=password]").all():
        await field.fill(PASSWORD)
    await page.get_by_role("button", name="Make the account").click()
    await page.wait_for_url(f"{served.address}/")
    return page


async def test_from_the_invitation_to_the_export(browser: Browser, tmp_path: Path) -> None:
    async with _meeting() as site:
        served = await _serve(tmp_path, "--port", "0", "--base-url", site.url)
        try:
            page = await _owner(browser, served)
            await page.get_by_placeholder(re.compile("meet", re.I)).first.fill(site.link)
            await page.get_by_role(
                "button", name=re.compile("send|join|invite", re.I)
            ).first.click()
            await page.wait_for_url(re.compile(r"/meetings/\w+"))
            await expect(page.locator("main")).to_contain_text("everyone", timeout=60_000)
            await expect(page.locator("main")).to_contain_text("reunión", timeout=60_000)
            await page.screenshot(path=tmp_path / "live.png")
            meeting = re.search(r"/meetings/(\w+)", page.url)
            assert meeting
            viewers = await _viewers(browser, page, served, meeting[1])
            for viewer, word in viewers:
                await expect(viewer.locator("body")).to_contain_text(word, timeout=30_000)
            await served.kill()
            served = await _serve(tmp_path, "--port", served.address.rsplit(":", 1)[1],
                                  "--base-url", site.url)  # fmt: skip
            await page.reload()
            await expect(page.locator("main")).to_contain_text("reunión", timeout=60_000)
            for viewer, word in viewers:
                await expect(viewer.locator("body")).to_contain_text(word, timeout=30_000)
            await page.locator("summary", has_text="Leave").click()
            await page.get_by_role("button", name="Leave the meeting").click()
            await asyncio.wait_for(_over(page, served, meeting[1]), 60)
            await page.goto(f"{served.address}/meetings/{meeting[1]}")
            await expect(page.locator("main")).to_contain_text("Anna Keller", timeout=20_000)
            await expect(page.locator("main")).to_contain_text("reunión")
            await page.screenshot(path=tmp_path / "transcript.png", full_page=True)
            answer = await page.request.get(
                f"{served.address}/api/v1/meetings/{meeting[1]}/export?format=zip"
            )
            assert answer.ok, await answer.text()
            names = zipfile.ZipFile(io.BytesIO(await answer.body())).namelist()
            assert {Path(name).suffix for name in names} >= {
                ".json",
                ".md",
                ".srt",
                ".docx",
                ".pdf",
            }
        finally:
            await served.kill()


async def _viewers(
    browser: Browser, page: Page, served: Served, meeting: str
) -> list[tuple[Page, str]]:
    answer = await page.request.get(f"{served.address}/meetings/{meeting}/share")
    assert answer.ok, await answer.text()
    url = (await answer.json())["url"]
    viewers = []
    for language, word in (("es", "plan"), ("fr", "plan")):
        context = await browser.new_context(viewport={"width": 390, "height": 780})
        viewer = await context.new_page()
        await viewer.goto(f"{url}?lang={language}")
        viewers.append((viewer, word))
    return viewers


async def _over(page: Page, served: Served, meeting: str) -> None:
    while True:
        answer = await page.request.get(f"{served.address}/api/v1/meetings/{meeting}")
        assert answer.ok, await answer.text()
        if (await answer.json())["state"] in ("ended", "failed"):
            return
        await asyncio.sleep(0.3)

"""`dragoman serve` in a process of its own, and a browser for the people who use it."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM = shutil.which("chromium")
PASSWORD = "correct horse battery"


@dataclass
class Served:
    """A running `dragoman serve`."""

    process: asyncio.subprocess.Process
    address: str
    welcome: str
    """The one-time link that makes the first account; empty where there is one."""

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(dragoman: Any, tmp_path: Path) -> AsyncIterator[Serve]:
    """`await serve(*arguments, SETTING=value)`; every server is killed in the end."""
    here, first = ("--data", str(tmp_path)), True
    async with AsyncExitStack() as stack:

        async def start(*arguments: str, **settings: str) -> Served:
            nonlocal first
            running = dragoman("serve", *here, *arguments, **settings)
            process = await stack.enter_async_context(running)
            address = await _said(process.stdout, r"serves at (\S+)")
            welcome = await _said(process.stdout, r"(http\S+)") if first else ""
            first = False
            return Served(process, address, welcome)

        yield start


async def _said(output: asyncio.StreamReader, wanted: str) -> str:
    """What the first line that fits has in its group."""
    lines = ""
    async with asyncio.timeout(60):
        while True:
            line = (await output.readline()).decode()
            assert line, lines
            lines += line
            if found := re.search(wanted, line):
                return found[1]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        await opened.close()


Owner = Callable[[Served], Awaitable[Page]]


@pytest.fixture
def owner(browser: Browser) -> Owner:
    """`await owner(served)`: the dashboard, after the first account was made."""

    async def welcomed(served: Served) -> Page:
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

    return welcomed


@pytest.fixture
def ended() -> Callable[[Page, str], Awaitable[str]]:
    """`await ended(page, address)`: the state of a meeting that is over, by the API."""

    async def over(page: Page, address: str) -> str:
        async with asyncio.timeout(90):
            while True:
                answer = await page.request.get(address)
                assert answer.ok, await answer.text()
                state = str((await answer.json())["state"])
                if state in ("ended", "failed"):
                    return state
                await asyncio.sleep(0.3)

    return over

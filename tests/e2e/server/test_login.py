"""`dragoman login` on a machine without a screen, and a bot that then comes as somebody."""

import asyncio
import re
import shutil
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from standin.script import Ending, Lobby, bundled_script
from standin.server import StandIn

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.heavy,
    pytest.mark.timeout(240),
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed"),
    pytest.mark.skipif(shutil.which("xdotool") is None, reason="xdotool is not installed"),
]

Run = Callable[..., Awaitable[tuple[int, str]]]


async def test_a_person_signs_in_over_a_page_and_the_bot_is_known(
    browser: Browser,
    dragoman: Any,
    run_dragoman: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    script = replace(
        bundled_script("short"), lobby=Lobby("sign_in"), end=Ending("host", 4.0), lines=(), chat=()
    )
    profile, site_options = tmp_path / "profile", []
    async with StandIn(script) as site:
        site_options = ["--base-url", site.url, "--data", str(tmp_path)]
        code, told = await run_dragoman("join", site.link, *site_options)
        assert code != 0
        assert "sign in required" in told
        code, told = await run_dragoman(
            "login", "--check", "--profile", str(profile), *site_options
        )
        assert code != 0
        assert "No account is signed in" in told
        async with dragoman("login", "--profile", str(profile), *site_options) as login:
            try:
                await _sign_in(browser, site, login, tmp_path)
            finally:
                if login.returncode is None:
                    login.send_signal(signal.SIGTERM)
                    await login.wait()
        code, told = await run_dragoman(
            "login", "--check", "--profile", str(profile), *site_options
        )
        assert code == 0, told
        code, told = await run_dragoman("join", site.link, "--profile", str(profile), *site_options)
        assert "in_meeting" in told, told
        assert code == 0, told


async def _sign_in(
    browser: Browser, site: StandIn, login: asyncio.subprocess.Process, pictures: Path
) -> None:
    assert login.stdout is not None
    line = (await asyncio.wait_for(login.stdout.readline(), 30)).decode()
    address = re.search(r"(http\S+)", line)
    assert address, line
    page = await browser.new_page(viewport={"width": 1360, "height": 1000})
    refused = await page.goto(address[1].partition("?")[0])
    assert refused is not None
    assert refused.status == 401
    await page.goto(address[1])
    picture = page.locator("#picture")
    await expect(picture).to_have_js_property("naturalWidth", 1280, timeout=20_000)
    async with asyncio.timeout(60):
        while site.journal.first("signed_in") is None:
            await page.locator("#screen").click(position={"x": 640, "y": 700})
            await page.keyboard.press("Tab")
            await page.keyboard.type("bot@example.org")
            await page.keyboard.press("Enter")
            await asyncio.sleep(2)
    await page.screenshot(path=pictures / "login.png")
    await page.get_by_role("button", name="I have signed in").click()
    assert await asyncio.wait_for(login.wait(), 90) == 0

"""The live page's buttons in a real Chromium."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from domain.events import PictureShown
from domain.meetings import MeetingState, Reason, StateChange

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        await opened.close()


async def _open(browser: Browser, obedient: Any, token: str, **options: Any) -> Page:
    page = await browser.new_page(**options)
    page.set_default_timeout(10_000)
    await page.goto(f"{obedient.scene.address}/live?token={token}")
    await page.locator("#state", has_text="Live").wait_for()
    return page


async def test_the_picture_is_changed_by_keyboard_and_menu(
    browser: Browser, obedient: Any, token: str, tmp_path: Path
) -> None:
    desktop = {"viewport": {"width": 1280, "height": 860}}
    page = await _open(browser, obedient, token, **desktop)
    await page.locator("#look-open").focus()
    await page.keyboard.press("Enter")
    theme, large = page.get_by_label("Theme"), page.get_by_label("Large type")
    await expect(page.get_by_label("Layout")).to_have_value("split")
    await theme.select_option("high-contrast")
    await expect(page.locator("#told")).to_have_text("Changed")
    await page.keyboard.press("Tab")
    await large.focus()
    await page.keyboard.press("Space")
    await expect(page.locator("#told")).to_have_text("Changed")
    assert (obedient.now["theme"], obedient.now["large"]) == ("high-contrast", True)
    await page.locator("#camera.shown").wait_for()
    await page.screenshot(path=tmp_path / "desktop.png")
    await page.emulate_media(color_scheme="dark")
    await page.locator("#leave").click()
    await page.screenshot(path=tmp_path / "desktop-dark.png")

    obedient.look({"theme": "light", "large": False, "layout": "interpreter"})
    obedient.scene.say(PictureShown(413, 46.0, ()))
    await expect(theme).to_have_value("light")
    await expect(large).not_to_be_checked()
    await expect(page.get_by_label("Layout")).to_have_value("interpreter")


async def test_a_refusal_is_told_and_taken_back(
    browser: Browser, obedient: Any, token: str
) -> None:
    page = await _open(browser, obedient, token)
    await page.locator("#look-open").click()
    theme = page.get_by_label("Theme")
    await theme.evaluate("(it) => { it.options[1].value = 'pink'; }")
    await theme.select_option("pink")
    await expect(page.locator("#told")).to_contain_text("Unknown theme 'pink'. Known: dark")
    await expect(theme).to_have_value("dark")
    await obedient.scene.stop()
    await page.get_by_label("Large type").click()
    await expect(page.locator("#told")).to_have_text("The bot does not answer. Try again.")
    await expect(page.get_by_label("Large type")).not_to_be_checked()


async def test_leaving_takes_a_second_button(
    browser: Browser, obedient: Any, token: str, tmp_path: Path
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
    page = await _open(browser, obedient, token, **phone)
    await page.locator("#leave").dblclick()
    await expect(page.locator("#leave")).to_be_visible()
    await page.locator("#leave").click()
    await page.locator("#look-open").click()
    await page.locator("#camera.shown").wait_for()
    await page.screenshot(path=tmp_path / "phone.png")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.locator("#stay").press("Escape")
    assert obedient.left == 0
    await page.locator("#leave").click()
    await page.get_by_role("button", name="Really leave").click()
    await expect(page.locator("#told")).to_have_text("Leaving…")
    await expect(page.locator("#leave")).to_be_disabled()
    assert obedient.left == 1
    last = obedient.scene.state.snapshot().changes[-1]
    obedient.scene.say(StateChange(MeetingState.ENDED, Reason.LEFT, last.at))
    await expect(page.locator("#told")).to_have_text("The bot has left.")
    await expect(page.get_by_label("Theme")).to_be_disabled()

"""Accounts in a real Chromium: by keyboard, under the policy that forbids inline scripts."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from domain.accounts import Role
from storage.account_memory import memory_access_stores
from web.assets import Assets
from web.auth.desk import first_owner_link
from web.auth.served import PASSWORD, Tried, guarded

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]


@pytest.fixture
async def context() -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM)
        made = await opened.new_context(viewport={"width": 390, "height": 844})
        made.set_default_timeout(20_000)
        yield made
        await opened.close()


def watched(page: Page) -> list[str]:
    """What the browser complains of."""
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    return problems


async def enter(page: Page, *fields: str) -> None:
    """Types into the fields from the one in focus on, and sends."""
    for number, text in enumerate(fields):
        if number:
            await page.keyboard.press("Tab")
        await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def test_the_first_owner_comes_in_and_back_by_keyboard(context: BrowserContext) -> None:
    look = Assets("app").route("/static/app")
    async with guarded(memory_access_stores(), [look], accounts=False) as tried:
        page = await context.new_page()
        problems = watched(page)
        await page.goto(await first_owner_link(tried.desk, tried.address))
        await enter(page, "Ana Ruiz", PASSWORD, PASSWORD)
        await page.wait_for_url(tried.address + "/")
        problems.clear()  # this application has no first page
        await page.goto(tried.address + "/account")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, "a phone need not scroll sideways"
        await page.get_by_role("button", name="Sign out").press("Enter")
        await page.get_by_text("You are signed out.").wait_for()
        await page.goto(tried.address + "/access")
        assert page.url.endswith("/sign-in?next=%2Faccess")
        await enter(page, "ana ruiz", PASSWORD)
        await page.get_by_role("heading", name="Access").wait_for()
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        assert problems == []


async def test_a_token_is_made_and_revoked(context: BrowserContext) -> None:
    look = Assets("app").route("/static/app")
    async with guarded(memory_access_stores(), [look]) as tried:
        page = await _signed_in(context, tried)
        await page.get_by_label("Name").fill("Nightly export")
        await page.get_by_role("button", name="Make a token").click()
        assert (await page.locator("output").inner_text()).startswith("dgm_")
        await page.get_by_role("button", name="Revoke Nightly export").click()
        await page.get_by_text("The token is revoked").wait_for()
        assert await page.get_by_role("button", name="Revoke Nightly export").count() == 0


async def _signed_in(context: BrowserContext, tried: Tried) -> Page:
    page = await context.new_page()
    for name, value in (await tried.cookies(Role.OPERATOR)).items():
        await context.add_cookies([{"name": name, "value": value, "url": tried.address}])
    await page.goto(tried.address + "/account")
    return page

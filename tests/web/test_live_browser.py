"""The live page in a real Chromium."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from domain.captions import Caption
from domain.events import CaptionRevised, Notice
from domain.hints import RosterHint
from domain.people import Participant

CHROMIUM = shutil.which("chromium")
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

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


async def _open(browser: Browser, scene: Any, token: str, **options: Any) -> Page:
    page = await browser.new_page(**options)
    page.set_default_timeout(10_000)
    await page.goto(f"{scene.address}/live?token={token}")
    await page.locator("#state", has_text="Live").wait_for()
    await page.locator(".line").first.wait_for()
    return page


async def test_the_page_shows_the_meeting(
    browser: Browser, meeting: Any, token: str, tmp_path: Path
) -> None:
    desktop = {"viewport": {"width": 1280, "height": 860}}
    page = await _open(browser, meeting, token, **desktop)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.reload()
    await page.locator("#camera.shown").wait_for()
    assert "token" not in page.url
    assert await page.locator(".chip").all_text_contents() == [
        "Ana Ruiz", "Ben Carter", "Camille Laurent", "Ana Ruiz", "Camille Laurent",
    ]  # fmt: skip
    assert await page.locator(".draft").last.text_content() == " pour la semaine"
    assert await page.locator("[data-state=failed] .said").first.text_content() == "Not translated"
    assert await page.locator("#levels span").all_text_contents() == [
        "Ana Ruiz", "Ben Carter", "Camille Laurent",
    ]  # fmt: skip
    assert await page.locator("#picture").text_content() == "picture 412"
    await page.screenshot(path=tmp_path / "desktop.png")
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=tmp_path / "desktop-dark.png")
    assert problems == []
    phone = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
    small = await _open(browser, meeting, token, **phone)
    await small.locator("#camera.shown").wait_for()
    await small.screenshot(path=tmp_path / "phone.png")
    await small.screenshot(path=tmp_path / "phone-whole.png", full_page=True)
    assert await small.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_revision_changes_its_own_line(
    browser: Browser, meeting: Any, token: str, caption: Callable[..., Caption]
) -> None:
    page = await _open(browser, meeting, token)
    await page.evaluate("document.querySelector('.line').dataset.mine = 'yes'")
    lines = await page.locator(".line").count()
    newest = caption("c9", ("p3", "Camille Laurent"), "La salle est prête", 44.0, revision=2)
    meeting.say(CaptionRevised(newest))
    await page.locator(".line", has_text="La salle est prête").wait_for()
    assert await page.locator(".line").count() == lines
    assert await page.locator(".line[data-mine=yes]").count() == 1
    named = caption("c9", ("p1", "Ana Ruiz"), "La salle est prête", 44.0, revision=3)
    meeting.say(CaptionRevised(named))
    await page.locator(".turn:last-child .chip", has_text="Ana Ruiz").wait_for()
    assert await page.locator(".chip").all_text_contents() == [
        "Ana Ruiz", "Ben Carter", "Camille Laurent", "Ana Ruiz",
    ]  # fmt: skip


async def test_foreign_text_is_shown_and_never_run(
    browser: Browser, meeting: Any, token: str, caption: Callable[..., Caption]
) -> None:
    page = await _open(browser, meeting, token)
    meeting.say(CaptionRevised(caption("evil", ("x", HOSTILE), HOSTILE, 60.0)))
    meeting.say(RosterHint((Participant("x", HOSTILE),), 61.0))
    meeting.say(Notice("odd", HOSTILE, 62.0))
    await page.locator("#timeline", has_text="onerror").wait_for()
    await page.locator(".chip", has_text="<img src=x").wait_for()
    await page.locator("#people", has_text="<script>").wait_for()
    assert await page.locator("img").count() == 1
    assert "owned" not in await page.title()


async def test_the_page_comes_back_and_keeps_its_captions(
    browser: Browser, meeting: Any, token: str, caption: Callable[..., Caption]
) -> None:
    page = await _open(browser, meeting, token)
    before = await page.locator(".original").all_text_contents()
    port = int(meeting.address.rsplit(":", 1)[1])
    await meeting.stop()
    await page.locator("#connection").wait_for(state="visible")
    assert await page.locator(".original").all_text_contents() == before
    meeting.say(CaptionRevised(caption("c10", ("p2", "Ben Carter"), "I am back", 70.0)))
    await meeting.start(port)
    await page.locator(".original", has_text="I am back").wait_for()
    await page.locator("#connection").wait_for(state="hidden")
    assert await page.locator(".original").all_text_contents() == [*before, "I am back"]
    assert await page.locator("#timeline li").count() == 5


async def test_a_reader_who_scrolled_up_stays_there(
    browser: Browser, meeting: Any, token: str, caption: Callable[..., Caption]
) -> None:
    page = await _open(browser, meeting, token, viewport={"width": 1280, "height": 500})
    await page.locator("#scroller").evaluate("(it) => { it.scrollTop = 0; }")
    meeting.say(CaptionRevised(caption("c10", ("p2", "Ben Carter"), "One more", 70.0)))
    await page.locator("#newer", has_text="↓ 1 new").wait_for()
    named = caption("c10", ("p1", "Ana Ruiz"), "One more", 70.0, revision=2)
    meeting.say(CaptionRevised(named))
    meeting.say(CaptionRevised(caption("c11", ("p1", "Ana Ruiz"), "And another", 72.0)))
    await page.locator("#newer", has_text="↓ 2 new").wait_for()
    assert await page.locator("#scroller").evaluate("(it) => it.scrollTop") == 0
    await page.locator("#newer").click()
    await page.locator("#newer").wait_for(state="hidden")
    assert await page.locator("#scroller").evaluate("(it) => it.scrollTop") > 0


async def test_without_the_token_a_plain_page_says_why(browser: Browser, meeting: Any) -> None:
    page = await browser.new_page()
    answer = await page.goto(f"{meeting.address}/live")
    assert answer is not None
    assert answer.status == 401
    assert await page.locator("h1").text_content() == "This page needs its own link"


async def test_before_anything_happens_the_page_says_so(
    browser: Browser, scene: Any, token: str, tmp_path: Path
) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    await page.goto(f"{scene.address}/live?token={token}")
    await page.locator("#stages li").first.wait_for()
    await page.locator("#empty", has_text="Nothing has been said yet").wait_for()
    assert await page.locator("#languages span").all_text_contents() == ["Español", "Français"]
    await page.locator("#state", has_text="Getting ready").wait_for()
    assert await page.locator("#connection").is_hidden()
    await page.screenshot(path=tmp_path / "empty.png")

"""The player of a recorded meeting, and lines given to other speakers, in a real Chromium."""

import shutil
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright, expect

from web.scripted import Office
from web.scripted_data import NOW, OVER
from web.scripted_site import scripted_desks, scripted_site

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(90),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]

OVER_WORD = """([id, index]) => {
  const text = document.getElementById(id).querySelector(".original");
  const place = Number(text.dataset.words.split(" ")[index].split("/")[1]);
  const range = new Range();
  range.setStart(text.firstChild, place);
  range.setEnd(text.firstChild, place + 2);
  text.scrollIntoView({ block: "center" });
  const box = range.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}"""
MARKED = "() => [...(CSS.highlights.get('playing') ?? [])].map(String).join('').trim()"
SOUND = "document.getElementById('sound')"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def page(office: Office) -> AsyncIterator[Page]:
    """The page of the meeting that was recorded."""
    runner = web.AppRunner(scripted_site(scripted_desks(office)), shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        opened = await browser.new_page(viewport={"width": 1280, "height": 860})
        problems: list[str] = []
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on(
            "console",
            lambda said: problems.append(said.text) if "Content Sec" in said.text else None,
        )
        await opened.clock.set_fixed_time(NOW)
        await opened.goto(f"http://127.0.0.1:{runner.addresses[0][1]}/meetings/{OVER}")
        yield opened
        await browser.close()
    await runner.cleanup()
    assert problems == []


async def test_a_word_is_played_and_a_line_given_to_somebody_else(
    page: Page, office: Office
) -> None:
    lines = office.lines(OVER)
    line = lines[2]
    word = line.words[2]
    await page.wait_for_function(f"{SOUND}.readyState >= 1")
    await page.mouse.click(*await page.evaluate(OVER_WORD, [line.id, 2]))
    await page.wait_for_function(f"!{SOUND}.paused && {SOUND}.currentTime >= {word.start_s - 0.05}")
    assert await page.evaluate(f"{SOUND}.currentTime") < line.end_s + 20
    await expect(page.locator("#player")).to_have_attribute("data-playing", "true")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Space")
    await page.wait_for_function(f"{SOUND}.paused")
    await page.evaluate(f"{SOUND}.currentTime = {word.start_s + 0.1}")
    await page.wait_for_function(f"({MARKED})() === {word.text!r}")
    await expect(page.locator(".line.playing")).to_have_id(line.id)

    await page.keyboard.press("ArrowRight")
    after = word.start_s + 5.1
    await page.wait_for_function(f"Math.abs({SOUND}.currentTime - {after}) < 0.01")
    await page.locator(f'[id="{lines[4].id}"] .play').click()
    await page.wait_for_function(f"!{SOUND}.paused && {SOUND}.currentTime >= {lines[4].start_s}")
    await page.locator("#player-play").click()
    await page.select_option("#player-speed", "1.5")
    assert await page.evaluate(f"{SOUND}.playbackRate") == 1.5
    await expect(page.locator("#player-gaps i")).to_have_attribute(
        "title", "Nothing is kept from 00:30 to 00:34"
    )

    given = page.locator(f'[id="{line.id}"]')
    before = await given.locator("xpath=..").locator("header bdi").inner_text()
    other = next(s.speaker for s in lines if s.speaker and s.speaker != before)
    await given.hover()
    await given.locator(".edit").click()
    await given.get_by_label("Said by").fill(other)
    await given.get_by_role("button", name="Save").click()
    await expect(given.locator("xpath=..").locator("header bdi")).to_have_text(other)
    assert lines[2].speaker == other
    await page.get_by_role("button", name="Undo").click()
    await expect(given.locator("xpath=..").locator("header bdi")).to_have_text(before)
    assert office.lines(OVER)[2].speaker == before

"""The dashboard in a real Chromium."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from domain.events import CaptionRevised
from web.live_state import LiveState
from web.pages.desks import Desks
from web.protocol import caption as message
from web.scripted import Office
from web.scripted_data import LIVE, NOW, OVER
from web.scripted_live import ScriptedLive, caption
from web.scripted_site import scripted_desks, scripted_site

CHROMIUM = shutil.which("chromium")
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def desks(office: Office) -> Desks:
    return scripted_desks(office)


@pytest.fixture
def live(desks: Desks) -> ScriptedLive:
    assert isinstance(desks.live, ScriptedLive)
    return desks.live


@pytest_asyncio.fixture(loop_scope="module")
async def address(desks: Desks) -> AsyncIterator[str]:
    runner = web.AppRunner(scripted_site(desks), shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    opened = await browser.new_page(viewport={"width": 1280, "height": 860})
    opened.set_default_timeout(10_000)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console",
        lambda said: problems.append(said.text) if "Content Security" in said.text else None,
    )
    await opened.clock.set_fixed_time(NOW)
    yield opened
    await opened.close()
    assert problems == []


async def test_from_a_link_to_the_meeting_by_keyboard_alone(
    page: Page, address: str, office: Office
) -> None:
    await page.goto(address)
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("#link")).to_be_focused()
    await page.keyboard.type("https://meet.google.com/xyz-abcd-efg")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/meetings/new-0001")
    await expect(page.locator("#connection")).to_contain_text("on its way")
    assert dict(office.asked)["invite"].languages == ("es", "fr")  # type: ignore[attr-defined]


async def test_today_shows_last_words_and_takes_decisions(
    page: Page, address: str, desks: Desks
) -> None:
    await page.goto(address)
    await expect(page.locator("[data-live] .last")).to_have_text(
        "Ben Carter Entonces reservaré los"
    )
    await expect(page.locator(".countdown").first).to_have_text("in 18 min")
    switch = page.get_by_role("switch", name="1:1 Ana and Ben")
    await expect(switch).to_have_attribute("aria-checked", "false")
    await switch.press("Space")
    await expect(switch).to_have_attribute("aria-checked", "true")
    planned = await desks.calendars.coming(NOW, NOW.replace(hour=23))
    assert {p.event.uid: p.decision for p in planned}["e3"] == "join"
    tile = page.locator("[data-live] img")
    await expect(tile).to_have_js_property("naturalWidth", 1280)


async def test_live_captions_grow_and_nobody_is_moved(
    page: Page, address: str, live: ScriptedLive
) -> None:
    await page.goto(f"{address}/meetings/{LIVE}")
    await expect(page.locator("#captions .line")).to_have_count(8)
    await expect(page.locator("#state")).to_have_text("Live")
    await expect(page.locator(".draft").last).to_have_text(" flights by")
    await expect(page.locator("#stages li")).to_have_count(5)
    state = LiveState()
    await page.evaluate("scroller.scrollTop = 0")
    for number in (8, 9):
        made = caption(number, HOSTILE if number == 9 else "")
        state.apply(CaptionRevised(made))
        live.say(message(made, state.snapshot()))
    await expect(page.locator("#newer")).to_have_text("↓ 2 new")
    assert await page.evaluate("scroller.scrollTop") == 0
    await page.locator("#newer").click()
    await expect(page.locator("#newer")).to_be_hidden()
    await expect(page.locator("#captions .line").last).to_contain_text(HOSTILE)
    assert await page.title() != "owned"


async def test_live_goes_on_after_a_break_without_doubles(
    page: Page, address: str, live: ScriptedLive
) -> None:
    await page.goto(f"{address}/meetings/{LIVE}")
    await expect(page.locator("#captions .line")).to_have_count(8)
    live.drop()
    made = caption(8)
    live.say(message(made, LiveState().snapshot()))
    await expect(page.locator("#captions .line")).to_have_count(9)
    await expect(page.locator("#connection")).to_be_hidden()
    assert live.ran_after[0] is None
    assert (live.ran_after[-1] or 0) > 10


async def test_orders_and_languages_of_a_live_meeting(
    page: Page, address: str, live: ScriptedLive, office: Office
) -> None:
    await page.goto(f"{address}/meetings/{LIVE}")
    french = page.locator("#captions .translation[lang=fr]")
    await expect(french.first).to_be_visible()
    await page.get_by_role("button", name="Français").click()
    await expect(french.first).to_be_hidden()
    await page.locator("#pause").click()
    live.say({"type": "listening", "on": False})
    await expect(page.locator("#pause")).to_have_text("Go on")
    await page.get_by_text("Leave", exact=True).click()
    await page.get_by_role("button", name="Leave the meeting").click()
    await expect(page.locator(".toast")).to_have_text("The bot leaves.")
    assert office.asked == [("pause", (LIVE, True)), ("leave", LIVE)]
    live.say({"type": "state", "state": "ended", "reason": "left", "at": "2026-03-04T09:50:00Z",
              "evidence": ""})  # fmt: skip
    await expect(page.locator("#connection")).to_have_text(
        "The meeting is over. Read the transcript"
    )


async def test_a_line_is_corrected_and_taken_back(page: Page, address: str) -> None:
    await page.goto(f"{address}/meetings/{OVER}")
    line = page.locator("#s01")
    await line.locator(".edit").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("The budget is " + HOSTILE)
    await page.keyboard.press("Control+Enter")
    await expect(line.locator(".original")).to_have_text("The budget is " + HOSTILE)
    await page.get_by_role("button", name="Undo").click()
    await expect(line.locator(".original")).to_have_text(
        "Yes. The budget for the second quarter is approved."
    )


async def test_a_speaker_is_renamed_everywhere(page: Page, address: str) -> None:
    await page.goto(f"{address}/meetings/{OVER}")
    await page.locator(".speakers summary").nth(1).click()
    await page.get_by_label("New name of Ben Carter").fill("Benjamin")
    await page.keyboard.press("Enter")
    await expect(page.locator("#lines .chip", has_text="Benjamin")).to_have_count(3)
    await page.reload()
    await expect(page.locator("#lines .chip", has_text="Ben Carter")).to_have_count(0)


async def test_words_are_found_and_questions_answered(page: Page, address: str) -> None:
    await page.goto(f"{address}/meetings/{OVER}")
    await page.keyboard.press("/")
    await page.keyboard.type("lyon")
    await expect(page.locator("#found")).to_have_text("3 found")
    assert await page.locator("#rail i").count() == 1
    await page.keyboard.press("Enter")
    await expect(page.locator("#s04")).to_have_class("line hit now")
    await page.locator("#question").fill("Who books the flights?")
    await page.get_by_role("button", name="Ask").click()
    await expect(page.locator("#answer")).to_contain_text("by Friday.")
    await expect(page.locator("#answer a")).to_have_attribute("href", "#s07")
    late = {"text": "Late.", "citations": [{"text": "Late.", "ids": ["s07"], "at_s": 5430.0}]}
    await page.route("**/ask", lambda route: route.fulfill(json=late))
    await page.get_by_role("button", name="Ask").click()
    await expect(page.locator("#answer a")).to_have_text("1:30:30")


async def test_export_shows_a_preview_and_work_its_progress(page: Page, address: str) -> None:
    await page.goto(f"{address}/meetings/{OVER}")
    await page.locator("summary", has_text="Export").click()
    await expect(page.locator("#preview")).to_contain_text("Ana Ruiz: Good morning")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").click()
    assert (await download.value).suggested_filename == "meeting.txt"
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Make them anew").click()
    await expect(page.locator("#job-list li[data-state=done]")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1280])
async def test_names_of_any_length_fit(
    browser: Browser, address: str, office: Office, width: int
) -> None:
    long = "W" * 3000
    office.meetings = [replace(e, title=long, speakers=(long,) * 4) for e in office.meetings]
    lines = office.segments[OVER]
    office.segments[OVER] = [replace(s, speaker=long, text=long) for s in lines]
    page = await browser.new_page(viewport={"width": width, "height": 800})
    for path in ("/", "/meetings", f"/meetings/{LIVE}", f"/meetings/{OVER}", "/search?q=WWW"):
        await page.goto(address + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
    await page.close()


async def test_the_menu_opens_on_a_phone(browser: Browser, address: str) -> None:
    page = await browser.new_page(viewport={"width": 390, "height": 800})
    await page.goto(address)
    await expect(page.locator("#nav")).to_be_hidden()
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("link", name="Glossary").click()
    await page.wait_for_url("**/glossary")
    await page.close()


async def test_a_link_for_viewers_is_shown_and_withdrawn(page: Page, address: str) -> None:
    link = {"url": "/v/abc", "expires": "2026-03-04T18:00:00Z", "qr": "", "overlay": "/overlay/a"}

    async def share(route: Route) -> None:
        gone = {"url": "", "expires": "", "qr": "", "overlay": ""}
        await route.fulfill(json=gone if route.request.method == "DELETE" else link)

    await page.route("**/share", share)
    await page.goto(f"{address}/meetings/{LIVE}")
    await page.locator("summary", has_text="Share").click()
    await expect(page.locator("#share-link")).to_have_value(f"{address}/v/abc")
    await expect(page.locator("#share-overlay")).to_have_value(f"{address}/overlay/a")
    await page.get_by_role("button", name="Withdraw all links").click()
    await expect(page.locator("#share-told")).to_have_text("No link works now.")

"""The viewer page in a real Chromium: languages, broken connections, latecomers, keyboard."""

import asyncio
import math
import shutil
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from web.scripted_data import LIVE, OVER
from web.scripted_live import ScriptedLive
from web.viewers.scripted import Served, served

CHROMIUM = shutil.which("chromium")
RATE, HERTZ = 16_000, 880.0

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]


class Speaking(ScriptedLive):
    """A tone without end."""

    async def sound(self, meeting_id: str, language: str) -> AsyncIterator[bytes]:
        samples = [round(9000 * math.sin(math.tau * HERTZ * n / RATE)) for n in range(RATE // 2)]
        piece = RATE.to_bytes(4, "little") + struct.pack(f"<{len(samples)}h", *samples)
        while True:
            yield piece
            await asyncio.sleep(0.4)


class Wire:
    """Stands between browser and server; can be cut."""

    def __init__(self, address: str) -> None:
        self._to = int(address.rsplit(":", 1)[1])
        self._ends: set[asyncio.StreamWriter] = set()
        self.cut_off = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.cut_off:
            writer.close()
            return
        there, to = await asyncio.open_connection("127.0.0.1", self._to)
        self._ends |= {writer, to}
        async with asyncio.TaskGroup() as group:
            group.create_task(_pump(reader, to))
            group.create_task(_pump(there, writer))

    def cut(self) -> None:
        self.cut_off = True
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
def feed() -> Speaking:
    return Speaking()


@pytest_asyncio.fixture(loop_scope="module")
async def site(feed: Speaking) -> AsyncIterator[Served]:
    async with served(feed) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        arguments = ["--autoplay-policy=no-user-gesture-required"]
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        await opened.close()


async def phone(browser: Browser, link: str, problems: list[str] | None = None) -> Page:
    context = await browser.new_context(viewport={"width": 360, "height": 700})
    page = await context.new_page()
    if problems is not None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text))
    await page.goto(link)
    await expect(page.locator(".said-line").first).to_be_attached()
    return page


def line(name: str, spanish: str, revision: int = 1, **given: Any) -> dict[str, Any]:
    values = {
        "type": "caption", "id": name, "revision": revision, "key": "p1", "speaker": "Ana Ruiz",
        "colour": 0, "language": "en", "rtl": False, "stable": f"english {name}", "draft": "",
        "joiner": " ", "final": True, "start_s": 100.0 + revision / 100, "age_s": 0.5, "doubt": 0.0,
        "translations": [
            {"language": "es", "text": spanish, "state": "final"},
            {"language": "fr", "text": f"français {name}", "state": "final"},
        ],
    }  # fmt: skip
    return {**values, **given}


async def said(page: Page) -> list[str]:
    return [text for text in await page.locator(".said").all_inner_texts() if text]


async def test_three_viewers_in_three_languages_see_only_theirs(
    browser: Browser, site: Served, feed: Speaking
) -> None:
    link, problems = await site.link(LIVE), list[str]()
    pages = {code: await phone(browser, f"{link}?lang={code}", problems) for code in ("es", "fr")}
    pages["en"] = await phone(browser, link, problems)
    sheet = pages["en"].get_by_role("dialog")
    names = await sheet.get_by_role("button").all_inner_texts()
    assert names[:3] == ["Español", "Français", "English"]
    await sheet.get_by_role("button", name="English").click()
    await expect(sheet).to_be_hidden()
    feed.say(line("x", "español x"))
    words = {"es": "español x", "fr": "français x", "en": "english x"}
    for code, page in pages.items():
        await expect(page.locator(".said").last).to_have_text(words[code])
        text = await page.content()
        assert [word for word in words.values() if word in text] == [words[code]]
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
    assert pages["en"].url.endswith("?lang=en")
    assert problems == []


async def test_a_cut_connection_loses_and_doubles_nothing(
    browser: Browser, site: Served, feed: Speaking
) -> None:
    wire = Wire(site.address)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    link = (await site.link(LIVE)).replace(site.address, address)
    page = await phone(browser, f"{link}?lang=es")
    await page.evaluate("window.mark = true")
    feed.say(line("a", "antes"))
    await expect(page.locator(".said").last).to_have_text("antes")
    known = await said(page)
    wire.cut()
    await expect(page.locator("#lost")).to_be_visible()
    for number in range(20):
        feed.say(line(f"n{number:02}", f"durante {number:02}", start_s=110.0 + number))
    feed.say(line("a", "antes, corregido", 2))
    wire.cut_off = False
    await expect(page.locator("#lost")).to_be_hidden(timeout=20_000)
    feed.say(line("z", "después", start_s=200.0))
    await expect(page.locator(".said").last).to_have_text("después")
    during = [f"durante {number:02}" for number in range(20)]
    assert await said(page) == [*known[:-1], "antes, corregido", *during, "después"]
    assert await page.evaluate("window.mark") is True
    server.close()


async def test_a_latecomer_reads_back_and_asks_what_was_missed(
    browser: Browser, site: Served
) -> None:
    page = await phone(browser, f"{await site.link(OVER)}?lang=fr")
    await expect(page.locator("#phase")).to_have_text("Terminée")
    ask = page.get_by_role("button", name="Qu’ai-je manqué ?")
    await ask.click()
    sentence = page.locator("#missed-told button").last
    await sentence.click()
    await expect(page.locator(".pointed")).to_be_in_viewport()
    await expect(page.locator(".pointed")).to_be_focused()


async def test_lines_grow_in_their_place_and_a_reader_is_not_moved(
    browser: Browser, site: Served, feed: Speaking
) -> None:
    page = await phone(browser, f"{await site.link(LIVE)}?lang=en")
    feed.say(line("g", "", stable="We begin", draft="with", final=False))
    grown = page.locator(".said").last
    await expect(grown).to_have_text("We begin with")
    assert await page.locator("#announce").inner_text() == ""
    feed.say(line("g", "", 2, stable="We begin with the budget."))
    await expect(grown).to_have_text("We begin with the budget.")
    await expect(page.locator("#announce")).to_have_text("Ana Ruiz: We begin with the budget.")
    await page.locator("#scroller").evaluate("each => each.scrollTo(0, 40)")
    first = page.locator(".said").nth(1)
    before = await first.bounding_box()
    for number in range(3):
        feed.say(line(f"m{number}", "", start_s=300.0 + number))
    newer = page.get_by_role("button", name="3 new")
    await expect(newer).to_be_visible()
    assert await first.bounding_box() == before
    await newer.click()
    await expect(page.locator(".said").last).to_be_in_viewport()
    await expect(newer).to_be_hidden()


async def test_by_keyboard_alone(browser: Browser, site: Served) -> None:
    page = await phone(browser, f"{await site.link(LIVE)}?lang=es")
    await page.locator("#scroller").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    shown = page.locator(".original:visible")
    await expect(shown).to_have_text("京都のチームからは三人が参加します。")
    await page.keyboard.press("Enter")
    await expect(shown).to_have_count(0)
    await page.locator("#open-search").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("PRESUPUESTO")
    await expect(page.locator("#search-count")).to_have_text("2 / 2")
    await page.keyboard.press("Enter")
    await expect(page.locator("#search-count")).to_have_text("1 / 2")
    await page.keyboard.press("Escape")
    await expect(page.locator(".hit")).to_have_count(0)
    await page.locator("#open-settings").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog:open")).to_have_count(0)
    assert (
        await page.evaluate("getComputedStyle(document.querySelector('.said')).fontSize") == "56px"
    )


async def test_a_withdrawn_link_says_so(browser: Browser, site: Served) -> None:
    page = await phone(browser, f"{await site.link(LIVE)}?lang=de")
    await site.guard.passes.revoke(LIVE)
    await expect(page.locator("#lost")).to_have_text(
        "Dieser Link gilt nicht mehr. Bitten Sie um einen neuen."
    )


async def test_hostile_text_stays_text(browser: Browser, site: Served, feed: Speaking) -> None:
    problems: list[str] = []
    page = await phone(browser, f"{await site.link(LIVE)}?lang=es", problems)
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>" + "W" * 3000
    feed.say(line("h", nasty, speaker="<b>Ana</b>"))
    await expect(page.locator(".said").last).to_have_text(nasty)
    await expect(page.locator(".chip").last).to_have_text("<b>Ana</b>")
    assert await page.locator("#lines img, #lines script, #lines b").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert problems == []


async def test_listening(browser: Browser, site: Served) -> None:
    page = await phone(browser, f"{await site.link(LIVE)}?lang=es")
    button = page.locator("#listen")
    await button.click()
    await expect(button).to_have_text("Escuchando")
    peak = await page.evaluate("""async () => {
      const { loudness } = await import("/static/viewer/listen.js");
      const analyser = loudness();
      analyser.fftSize = 4096;
      const bins = new Uint8Array(analyser.frequencyBinCount);
      for (let tries = 0; tries < 200; tries += 1) {
        analyser.getByteFrequencyData(bins);
        const best = bins.indexOf(Math.max(...bins));
        if (bins[best] > 100) return best * analyser.context.sampleRate / analyser.fftSize;
        await new Promise((done) => setTimeout(done, 50));
      }
      return 0;
    }""")
    assert abs(peak - HERTZ) < 40
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")


async def test_the_overlay_shows_the_newest_lines_on_nothing(
    browser: Browser, site: Served, feed: Speaking
) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 300})
    await page.goto(f"{await site.link(LIVE, 'overlay')}?lang=es&lines=2&size=60&names=0&hold=600")
    await page.wait_for_timeout(300)
    await expect(page.locator("p")).to_have_count(0)
    for number in range(3):
        feed.say(line(f"o{number}", f"línea {number}", start_s=400.0 + number))
    await expect(page.locator("p").last).to_have_text("línea 2")
    assert await page.locator("p").all_inner_texts() == ["línea 1", "línea 2"]
    ground = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(ground) == "rgba(0, 0, 0, 0)"
    assert await page.evaluate("getComputedStyle(document.querySelector('p')).fontSize") == "60px"

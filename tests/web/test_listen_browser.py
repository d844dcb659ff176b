"""A listener in a real Chromium hears the chosen language, and only that."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from domain.voices import Speech
from web.listen import SpeechFeed
from web.live import LivePage

CHROMIUM = shutil.which("chromium")
RATE = 16_000
SPANISH_HZ, FRENCH_HZ = 500.0, 2000.0

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]

WATCH = """async () => {
  const { loudness } = await import("/live/static/listen.js");
  const analyser = loudness();
  analyser.fftSize = 2048;
  const bins = new Uint8Array(analyser.frequencyBinCount);
  window.peaks = [];
  setInterval(() => {
    analyser.getByteFrequencyData(bins);
    const best = bins.reduce((top, value, at) => (value > bins[top] ? at : top), 0);
    if (bins[best] > 100) {
      window.peaks.push(best * analyser.context.sampleRate / analyser.fftSize);
    }
  }, 40);
}"""


def tone(language: str, hertz: float, seconds: float = 1.0) -> Speech:
    times = np.arange(round(RATE * seconds)) / RATE
    pcm = (np.sin(2 * np.pi * hertz * times) * 12000).astype("<i2").tobytes()
    return Speech(pcm, RATE, language)


@pytest.fixture
async def feed(scene: Any, token: str) -> AsyncIterator[SpeechFeed]:
    feed = SpeechFeed(("es", "fr"))
    page = LivePage(token, scene.subscribe, scene.state.snapshot, scene.jpegs)
    page.let_listen(feed)
    app = web.Application()
    page.add_routes(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    scene.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield feed
    await runner.cleanup()


async def listening(feed: SpeechFeed, languages: set[str]) -> None:
    async with asyncio.timeout(10):
        while feed.languages() != languages:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def heard(page: Page) -> list[float]:
    found: list[float] = await page.evaluate("window.peaks.splice(0)")
    return found


async def hear_until(page: Page, feed: SpeechFeed, hertz: float) -> list[float]:
    """What is heard while both languages are spoken, until the tone was among it."""
    found: list[float] = []
    async with asyncio.timeout(15):
        while not any(abs(peak - hertz) < 60 for peak in found):
            await feed.play(tone("fr", FRENCH_HZ))
            await feed.play(tone("es", SPANISH_HZ))
            await asyncio.sleep(1.1)
            found += await heard(page)
    return found


async def test_the_chosen_language_sounds(scene: Any, feed: SpeechFeed, token: str) -> None:
    problems: list[str] = []
    async with async_playwright() as playwright:
        arguments = ["--autoplay-policy=no-user-gesture-required"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = await browser.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(f"{scene.address}/live?token={token}")
        choice = page.get_by_label("Listen", exact=True)
        assert await choice.locator("option").all_text_contents() == ["Off", "Español", "Français"]
        assert feed.languages() == frozenset()
        await choice.select_option("es")
        await listening(feed, {"es"})
        await page.get_by_text("Listening", exact=True).wait_for()
        await page.evaluate(WATCH)
        spanish = await hear_until(page, feed, SPANISH_HZ)
        assert [peak for peak in spanish if abs(peak - FRENCH_HZ) < 300] == []
        await choice.select_option("fr")
        await listening(feed, {"fr"})
        await heard(page)
        french = await hear_until(page, feed, FRENCH_HZ)
        assert french
        await choice.select_option("")
        await listening(feed, set())
        await browser.close()
    assert problems == []

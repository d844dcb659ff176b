"""A real Chromium with a plain page on the stand-in."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from standin.script import bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]

WATCH_SOURCES = """() => {
  const loudest = (window.__loudest = {});
  setInterval(() => {
    for (const connection of window.__seen.connections)
      for (const receiver of connection.getReceivers())
        for (const { source, audioLevel } of receiver.getContributingSources())
          loudest[source] = Math.max(loudest[source] ?? 0, audioLevel ?? -1);
  }, 100);
}"""


async def join(page: Page, link: str) -> None:
    await page.goto(link)
    button = page.get_by_role("button", name="Ask to join")
    await expect(button).to_be_disabled()
    await page.get_by_label("Your name").press_sequentially("Watcher")
    await button.click()
    await expect(page.get_by_role("button", name="Leave call")).to_be_visible()
    await expect(page.locator('[aria-label="Meeting details"]')).to_be_visible(timeout=10_000)


async def test_a_guest_hears_reads_and_is_seen(
    page: Page, voices_cache: Path, tmp_path: Path
) -> None:
    recording = tmp_path / "tile.mp4"
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    async with StandIn(
        bundled_script("short"), voices_cache=voices_cache, record_to=recording
    ) as site:
        await join(page, site.link)
        await page.evaluate(WATCH_SOURCES)
        await page.get_by_role("button", name="Turn on captions").click()
        region = page.get_by_role("region", name="Captions")
        await expect(region.locator(".NWpY1d").first).to_have_text("Anna Keller", timeout=10_000)
        await expect(region.locator(".ygicle").nth(1)).to_contain_text(
            "empieza ahora", timeout=15_000
        )
        loudest = await page.evaluate("window.__loudest")
        stream_ids = site.room.stage.stream_ids
        assert {int(source) for source in loudest} == set(stream_ids.values())
        assert min(loudest.values()) > 0.01
        assert await page.locator("audio").count() == 3
        packets = await page.evaluate("window.__seen.captions.length")
        assert packets > 5
        assert await page.evaluate("window.__seen.rosters") >= 1
        await asyncio.wait_for(site.ended(), 20)
        await expect(page.locator(".roSPhc")).to_be_visible()
        assert [line.text for line in site.journal.lines] == [
            line.text for line in site.script.lines
        ]
        assert (site.observer.width, site.observer.height) == (1280, 720)
        numbers = [number for _, number in site.observer.stamps if number is not None]
        assert len(numbers) > 20
        assert numbers == sorted(numbers)
        assert site.observer.mic_peak > 0.05
        assert site.journal.samples_sent["anna"] > 48_000
    assert recording.stat().st_size > 1000
    assert problems == []

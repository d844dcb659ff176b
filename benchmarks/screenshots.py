"""Pictures of every page over scripted desks: `python -m benchmarks.screenshots FOLDER`.

With --first it prints the size and time of the first page instead.
"""

import argparse
import asyncio
import io
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, web
from PIL import Image
from playwright.async_api import Browser, async_playwright

from web.scripted_data import FAILED, LIVE, NOW, OVER
from web.scripted_site import scripted_site

PAGES = {
    "today": "/",
    "meetings": "/meetings",
    "live": f"/meetings/{LIVE}",
    "transcript": f"/meetings/{OVER}",
    "failed": f"/meetings/{FAILED}",
    "search": "/search?q=the",
    "calendars": "/calendars",
    "glossary": "/glossary",
    "people": "/people",
    "settings": "/settings",
    "doctor": "/doctor?now",
}
SIZES = {"desktop": (1280, 860, 1), "phone": (390, 844, 2)}
ROUNDS = 20


@asynccontextmanager
async def site() -> AsyncIterator[str]:
    """A served dashboard; its address."""
    runner = web.AppRunner(scripted_site(), shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def pictures(folder: Path, only: str) -> None:
    """Every page, on a desktop and a phone, light and dark."""
    async with site() as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for size in SIZES:
            for scheme in ("light", "dark"):
                await _series(browser, address, (size, scheme), folder, only)
        await browser.close()


async def _series(
    browser: Browser, address: str, look: tuple[str, str], folder: Path, only: str
) -> None:
    size, scheme = look
    width, height, scale = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="UTC",
    )
    page = await context.new_page()
    await page.clock.set_fixed_time(NOW)
    for name, path in PAGES.items():
        if only and name not in only.split(","):
            continue
        await page.goto(address + path)
        await page.wait_for_timeout(900 if name in ("today", "live") else 150)
        picture = await page.screenshot(full_page=size == "phone")
        small = Image.open(io.BytesIO(picture)).convert("RGB").quantize(256)
        small.save(folder / f"{name}-{size}-{scheme}.png", optimize=True)
    await context.close()


async def first_page() -> None:
    """Size and time of the first page with what it loads, on loopback."""
    parts = ("/", "/static/app/app.css", "/static/app/app.js", "/static/app/today.js")
    async with site() as address, ClientSession() as http:
        size, waited = 0, []
        for path in (*parts, "/static/app/times.js", "/static/app/follow.js",
                     "/static/app/orders.js", "/static/app/toast.js"):  # fmt: skip
            async with http.get(address + path) as answer:
                size += len(await answer.read())
        for _ in range(ROUNDS):
            began = time.perf_counter()
            async with http.get(address + "/") as answer:
                await answer.read()
            waited.append(time.perf_counter() - began)
    waited.sort()
    print(f"first page: {size / 1000:.0f} kB with styles and scripts, uncompressed")
    print(f"first page: {waited[len(waited) // 2] * 1000:.0f} ms typical, "
          f"{waited[-1] * 1000:.0f} ms at most of {ROUNDS}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="out/screenshots", type=Path)
    parser.add_argument("--only", default="", help="names of pages, separated by commas")
    parser.add_argument("--first", action="store_true", help="measure the first page")
    given = parser.parse_args()
    if given.first:
        asyncio.run(first_page())
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(pictures(given.folder, given.only))


if __name__ == "__main__":
    main()

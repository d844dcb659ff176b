"""axe-core finds nothing serious on any page, light or dark, on a desktop or a phone."""

import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, async_playwright

from web.scripted_data import FAILED, LIVE, NOW, OVER
from web.scripted_site import scripted_site

CHROMIUM = shutil.which("chromium")
CACHE = Path.home() / ".cache" / "dragoman-tests"
PAGES = [
    "/", "/meetings", f"/meetings/{LIVE}", f"/meetings/{OVER}", f"/meetings/{OVER}?edit=s03",
    f"/meetings/{FAILED}", "/search", "/search?q=the&speaker=ana", "/calendars", "/glossary",
    "/people", "/settings?saved", "/doctor?now", "/meetings/nothing",
]  # fmt: skip
LOOKS = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
SERIOUS = ("serious", "critical")

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.timeout(240),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]


@pytest.fixture(scope="module")
def axe() -> str:
    """The script, fetched once with npm."""
    found = sorted(CACHE.glob("axe-core-*.tgz"))
    if not found and (npm := shutil.which("npm")):
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([npm, "pack", "axe-core@4", "--silent"], cwd=CACHE, check=False, timeout=60)
        found = sorted(CACHE.glob("axe-core-*.tgz"))
    if not found:
        pytest.skip("axe-core cannot be had: npm is missing or does not reach its registry")
    with tarfile.open(found[-1]) as package:
        script = package.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


@pytest.fixture
async def address() -> AsyncIterator[str]:
    runner = web.AppRunner(scripted_site(), shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        await opened.close()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_nothing_serious(
    browser: Browser, address: str, axe: str, scheme: str, width: int
) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 860},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,
    )
    page = await context.new_page()
    await page.clock.set_fixed_time(NOW)
    found = []
    for path in PAGES:
        await page.goto(address + path)
        if LIVE in path:
            await page.locator(".line").first.wait_for()
        await page.evaluate(
            "for (const d of document.querySelectorAll('main details')) d.open = true"
        )
        await page.evaluate(axe)
        result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for each in result["violations"]:
            if each["impact"] in SERIOUS:
                places = [
                    (node["target"], node.get("failureSummary", "")[:240])
                    for node in each["nodes"][:4]
                ]
                found.append((path, each["id"], places))
        over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{path} is {over} px too wide"
    await context.close()
    assert found == []

"""axe-core finds nothing serious on the viewer page, whatever is open on it."""

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from web.scripted_data import LIVE, OVER
from web.scripted_live import ScriptedLive
from web.viewers.scripted import served

CHROMIUM = shutil.which("chromium")
CACHE = Path.home() / ".cache" / "dragoman-tests"
STEPS: list[tuple[str, str, str]] = [
    (LIVE, "?lang=es", "#open-search"), (LIVE, "?lang=es", "#open-settings"), (LIVE, "", ""),
    (OVER, "?lang=fr", "#missed-open"), (LIVE, "?lang=ar&original=1", ""),
]  # fmt: skip
"""Meeting, query and what is pressed."""

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


@pytest.mark.parametrize("contrast", [False, True])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_serious(axe: str, scheme: str, contrast: bool) -> None:
    found = []
    async with served(ScriptedLive()) as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        for meeting, query, button in STEPS:
            context = await browser.new_context(
                viewport={"width": 390, "height": 780},
                color_scheme="dark" if scheme == "dark" else "light",
                bypass_csp=True,
            )
            page = await context.new_page()
            kept = '{"contrast": true}' if contrast else "{}"
            await page.add_init_script(f"localStorage.setItem('dragoman.viewer', '{kept}')")
            await page.goto(await site.link(meeting) + query)
            await page.locator(".said-line").first.wait_for()
            if button:
                await page.locator(button).click()
                await page.wait_for_timeout(300)
            await page.evaluate(axe)
            told = await page.evaluate("axe.run()")
            found += [
                (button or query, each["id"], each["nodes"][0]["target"])
                for each in told["violations"]
                if each["impact"] in ("serious", "critical")
            ]
            await context.close()
        await browser.close()
    assert found == []

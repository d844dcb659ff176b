"""The meeting's tab: snapshots, finding and pressing things, and which strategy answered."""

import asyncio
import logging
from collections import Counter
from importlib.resources import files
from pathlib import Path

from playwright.async_api import Error, Locator, Page

from bot.locales.pack import LocalePack
from bot.locators import BUTTON, Targets, targets
from bot.verdict import Snapshot

log = logging.getLogger(__name__)
_PROBE = files("bot").joinpath("page/probe.js").read_text(encoding="utf-8")
_TEXT_LIMIT = 6000
_PRESS_MS = 1500
_SNAPSHOT_S = 8.0


class Tab:
    """One page, one hand at a time: hold `lock` over actions of several steps."""

    def __init__(self, page: Page, pack: LocalePack) -> None:
        self.page = page
        self.pack = pack
        self.lock = asyncio.Lock()
        self.answered: Counter[tuple[str, str]] = Counter()
        """(target, strategy) -> how often it answered: the drift report."""
        self._targets: Targets = targets(pack)
        self._asked = {
            name: [{"strategy": s.name, "css": s.css, "icon": s.icon} for s in strategies]
            for name, strategies in self._targets.items()
        }

    async def snapshot(self) -> Snapshot | None:
        """The page now; None while it changes to another document or does not answer."""
        try:
            async with asyncio.timeout(_SNAPSHOT_S):
                raw = await self.page.evaluate(
                    _PROBE, {"targets": self._asked, "limit": _TEXT_LIMIT}
                )
        except TimeoutError:
            log.debug("no snapshot: the page does not answer")
            return None
        except Error as error:
            if self.page.is_closed():
                raise
            log.debug("no snapshot: %s", error.message.splitlines()[0])
            return None
        snapshot = Snapshot.of(raw)
        for name, found in snapshot.found.items():
            self.answered[name, found.strategy] += 1
        return snapshot

    def drifted(self) -> dict[str, str]:
        """Targets whose first strategy never answered -> the one that did."""
        best: dict[str, str] = {}
        for name, strategies in self._targets.items():
            names = [s.name for s in strategies if self.answered[name, s.name]]
            if names and names[0] != strategies[0].name:
                best[name] = names[0]
        return best

    async def find(self, target: str) -> Locator | None:
        """The first element of a target, by the first strategy that answers."""
        for strategy in self._targets[target]:
            found = self.page.locator(strategy.selector)
            if await found.count():
                self.answered[target, strategy.name] += 1
                return found.first
        return None

    async def press(self, target: str) -> bool:
        """Clicks a target; False where it is absent or covered."""
        found = await self.find(target)
        return found is not None and await self.click(found)

    async def press_text(self, texts: tuple[str, ...], within: str = "") -> str | None:
        """Clicks the first visible button with one of these whole texts; which one."""
        for text in texts:
            scope = f"{within} {BUTTON}" if within else BUTTON
            named = self.page.locator(scope).get_by_text(text, exact=True)
            found = (
                self.page.locator(scope)
                .filter(has=named)
                .or_(self.page.locator(f'{scope}[aria-label="{text}"]'))
                .filter(visible=True)
            )
            if await found.count() and await self.click(found.first):
                return text
            plain = self.page.locator(f'{scope}:text-is("{text}")').filter(visible=True)
            if await plain.count() and await self.click(plain.first):
                return text
        return None

    async def click(self, found: Locator) -> bool:
        """A trusted click; without the wait for a clear view where something covers it."""
        try:
            await found.click(timeout=_PRESS_MS)
        except Error:
            try:
                await found.dispatch_event("click", timeout=_PRESS_MS)
            except Error:
                return False
        return True

    async def screenshot(self, folder: Path, name: str) -> Path | None:
        """Saves what the page looks like; None where even that fails."""
        path = folder / f"{name}.png"
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            await self.page.screenshot(path=path, timeout=4000)
        except (Error, OSError):
            log.warning("no screenshot could be taken")
            return None
        return path

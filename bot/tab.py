"""The meeting's tab: snapshots, finding and pressing things, and which strategy answered."""

import asyncio
import logging
from collections import Counter
from importlib.resources import files

from playwright.async_api import Error, Locator, Page

from bot.buttons import read_buttons
from bot.drift import DriftReport, drifted, report
from bot.locales.pack import LocalePack
from bot.locales.packs import pack_for
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
        self.reached: set[str] = set()
        """Places of the way in and the call that the page was at."""
        self._targets: Targets = targets(pack)

    def read_with(self, pack: LocalePack) -> None:
        """Looks for the texts of another language from now on."""
        self.pack = pack
        self._targets = targets(pack)

    async def snapshot(self) -> Snapshot | None:
        """The page now, read in its own language; None while it changes to another document
        or does not answer."""
        snapshot = await self._probe()
        if snapshot is None:
            return None
        pack = pack_for(snapshot.language) if snapshot.language else self.pack
        if pack.language != self.pack.language:
            self.read_with(pack)
            snapshot = await self._probe()
        for name, found in snapshot.found.items() if snapshot else ():
            self.answered[name, found.strategy] += 1
        return snapshot

    async def _probe(self) -> Snapshot | None:
        asked = {
            name: [{"strategy": s.name, "css": s.css, "icon": s.icon} for s in strategies]
            for name, strategies in self._targets.items()
        }
        try:
            async with asyncio.timeout(_SNAPSHOT_S):
                raw = await self.page.evaluate(_PROBE, {"targets": asked, "limit": _TEXT_LIMIT})
        except TimeoutError:
            log.debug("no snapshot: the page does not answer")
            return None
        except Error as error:
            if self.page.is_closed():
                raise
            log.debug("no snapshot: %s", error.message.splitlines()[0])
            return None
        return Snapshot.of(raw)

    def drifted(self) -> dict[str, str]:
        """Targets whose first strategy never answered -> the one that did."""
        return drifted(self._targets, self.answered)

    def report(self) -> DriftReport:
        """Which strategy found what so far."""
        places = tuple(sorted(self.reached))
        return report(self._targets, self.answered, self.pack.language, places)

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
        """Clicks the first visible button with one of these whole texts or labels; which one."""
        scope = f"{within} {BUTTON}" if within else BUTTON
        visible = self.page.locator(scope).filter(visible=True)
        buttons = await read_buttons(visible) if texts else []
        for text in texts:
            for number, button in enumerate(buttons):
                if button.shows((text,)) or button.labelled((text,)):
                    if await self.click(visible.nth(number)):
                        return text
                    break
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

"""Watches the call: devices, what covers the page, and whether the stay is over."""

import logging
from collections.abc import Callable

from bot.devices import Devices
from bot.rules import EndRules
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Place, Snapshot, judge
from domain.clock import Clock
from domain.meetings import Ending, Reason

log = logging.getLogger(__name__)

POLL_S = 0.7
_ENOUGH = 2
_DIALOG_EVERY_S = 1.5


class Watch:
    """One look per call of `look`; an Ending once the stay is over."""

    def __init__(
        self, tab: Tab, settings: BotSettings, clock: Clock, notify: Callable[[str, str], None]
    ) -> None:
        self.devices = Devices(tab, settings, notify)
        self.rules = EndRules(settings, clock)
        self._tab = tab
        self._settings = settings
        self._clock = clock
        self._notify = notify
        self._seen_s = 0.0
        self._over: tuple[Reason, int] | None = None
        self._dialog_s = 0.0
        self._drift: dict[str, str] = {}

    async def look(self, company: int) -> Ending | None:
        """Looks at the page once, sets right what differs, and applies the end rules."""
        async with self._tab.lock:
            page = await self._tab.snapshot()
            if page is None:
                return self.unseen(company)
            in_call, ending = self._judge(page)
            if in_call:
                await self._tidy(page)
                await self.devices.keep(page, self._clock.now_s())
        self._tell_drift()
        return ending or self.rules.check(company)

    def unseen(self, company: int) -> Ending | None:
        """Applies the end rules where a look at the page failed."""
        return self._missing() or self.rules.check(company)

    def _judge(self, page: Snapshot) -> tuple[bool, Ending | None]:
        verdict = judge(page, self._tab.pack, been_in=True)
        if verdict.place is Place.IN_CALL:
            self._seen_s = self._clock.now_s()
            self._over = None
            return True, None
        if verdict.place is Place.OVER and verdict.reason is not None:
            times = self._over[1] + 1 if self._over and self._over[0] is verdict.reason else 1
            self._over = (verdict.reason, times)
            if times >= _ENOUGH:
                return False, Ending(verdict.reason, verdict.evidence)
        return False, self._missing()

    def _missing(self) -> Ending | None:
        missing_s = self._clock.now_s() - self._seen_s
        if missing_s < self._settings.gone_s:
            return None
        return Ending(
            Reason.PAGE_GONE, f"nothing of the call was on the page for {missing_s:.0f} s"
        )

    async def _tidy(self, page: Snapshot) -> None:
        dialog = page.found.get("dialog")
        now_s = self._clock.now_s()
        if dialog is None or not dialog.visible or now_s - self._dialog_s < _DIALOG_EVERY_S:
            return
        self._dialog_s = now_s
        if "consent" in page.found and await self._tab.press("consent"):
            self._notify("dialog", "A notice of the meeting was acknowledged.")
        elif await self._tab.press_text(self._tab.pack.got_it, '[role="dialog"]'):
            self._notify("dialog", "A dialog that covered the page was closed.")
        else:
            await self._tab.page.keyboard.press("Escape")

    def _tell_drift(self) -> None:
        drift = self._tab.drifted()
        for target in drift.keys() - self._drift.keys():
            self._notify("locator_drift", f"{target} is found by {drift[target]} only.")
        self._drift = drift

"""Watches the call: devices, what covers the page, and whether the stay is over."""

import logging
from collections.abc import Callable

from bot.chat_panel import ChatPanel
from bot.devices import Devices
from bot.dialogs import Dialogs
from bot.rules import EndRules
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Place, Snapshot, judge, plain
from domain.clock import Clock
from domain.meetings import Ending, Reason

log = logging.getLogger(__name__)

POLL_S = 0.7
_ENOUGH = 2
_REMAINS = ("captions_region", "tile", "leave")
"""While one of them is on the page, the call is not gone."""


class Watch:
    """One look per call of `look`; an Ending once the stay is over."""

    def __init__(
        self, tab: Tab, settings: BotSettings, clock: Clock, notify: Callable[[str, str], None]
    ) -> None:
        self.devices = Devices(tab, settings, notify)
        self._panel = ChatPanel(tab, notify)
        self.rules = EndRules(settings, clock)
        self._tab = tab
        self._settings = settings
        self._clock = clock
        self._notify = notify
        self._seen_s = clock.now_s()
        self._over: tuple[Reason, int] | None = None
        self._dialogs = Dialogs(tab, notify)
        self._signs: set[str] = set()
        self._drift: dict[str, str] = {}

    async def look(self, company: int) -> Ending | None:
        """Looks at the page once, sets right what differs, and applies the end rules."""
        async with self._tab.lock:
            page = await self._tab.snapshot()
            if page is None:
                return self.unseen(company)
            in_call, ending = self._judge(page)
            if in_call:
                await self._dialogs.tidy(page, self._clock.now_s())
                self._tell_signs(page)
                await self.devices.keep(page, self._clock.now_s())
                await self._panel.keep(page, self._clock.now_s())
        self._tell_drift()
        return ending or self.rules.check(company)

    def unseen(self, company: int) -> Ending | None:
        """Applies the end rules where a look at the page failed."""
        return self._missing() or self.rules.check(company)

    def _judge(self, page: Snapshot) -> tuple[bool, Ending | None]:
        verdict = judge(page, self._tab.pack, been_in=True)
        self._tab.reached.add(verdict.place)
        if verdict.place is Place.IN_CALL:
            self._seen_s = self._clock.now_s()
            self._over = None
            return True, None
        reason = Reason.PAGE_GONE if verdict.place is Place.GREEN_ROOM else verdict.reason
        if reason is not None:
            times = self._over[1] + 1 if self._over and self._over[0] is reason else 1
            self._over = (reason, times)
            if times >= _ENOUGH:
                return False, Ending(reason, verdict.evidence)
        if verdict.place is not Place.LOBBY and any(name in page.found for name in _REMAINS):
            self._seen_s = self._clock.now_s()
        return False, self._missing()

    def _missing(self) -> Ending | None:
        missing_s = self._clock.now_s() - self._seen_s
        if missing_s < self._settings.gone_s:
            return None
        return Ending(
            Reason.PAGE_GONE, f"nothing of the call was on the page for {missing_s:.0f} s"
        )

    def _tell_signs(self, page: Snapshot) -> None:
        """What Meet shows of the call's end or a broken camera is told once."""
        soon, camera = page.found.get("ending_soon"), page.found.get("camera")
        if soon is not None and soon.visible:
            self._tell_once("ending_soon", "Meet says that the call is ending soon.")
        problems = self._tab.pack.camera_problem
        if camera is not None and any(words in plain(camera.label) for words in problems):
            self._tell_once("camera_problem", "Meet reports a problem with the camera.")

    def _tell_once(self, kind: str, text: str) -> None:
        if kind not in self._signs:
            self._signs.add(kind)
            self._notify(kind, text)

    def _tell_drift(self) -> None:
        drift = self._tab.drifted()
        for target in drift.keys() - self._drift.keys():
            self._notify("locator_drift", f"{target} is found by {drift[target]} only.")
        self._drift = drift

"""Keeps camera, microphone and Meet's captions as they were asked for, all through the call."""

import logging
from collections.abc import Callable

from playwright.async_api import Error

from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Found, Snapshot

log = logging.getLogger(__name__)

_PATIENCE_S = 2.5
"""That long a press may take to show."""
_CAPTIONS_PATIENCE_S = 6.0
_KEYS = {"camera": "Control+e", "microphone": "Control+d"}

Notify = Callable[[str, str], None]


class Devices:
    """Looks at each snapshot and sets right what differs."""

    def __init__(self, tab: Tab, settings: BotSettings, notify: Notify) -> None:
        self.camera_on = False
        self.captions_on = False
        self._tab = tab
        self._settings = settings
        self._notify = notify
        self._tries: dict[str, int] = {}
        self._next_s: dict[str, float] = {}
        self._language_set = False

    async def keep(self, page: Snapshot, now_s: float) -> None:
        """One look and at most one press per device. Hold the tab's lock."""
        await self._toggle("camera", self._settings.camera, page, now_s)
        await self._toggle("microphone", self._settings.microphone, page, now_s)
        if self._settings.captions:
            await self._captions(page, now_s)

    def _due(self, what: str, now_s: float, patience_s: float) -> bool:
        if now_s < self._next_s.get(what, 0.0):
            return False
        self._tries[what] = self._tries.get(what, 0) + 1
        self._next_s[what] = now_s + patience_s * min(self._tries[what], 8)
        return True

    async def _toggle(self, device: str, wanted: bool, page: Snapshot, now_s: float) -> None:
        found = page.found.get(device)
        if found is None or found.muted not in ("true", "false"):
            return
        is_on = found.muted == "false"
        if device == "camera":
            self.camera_on = is_on
        if is_on == wanted:
            if self._tries.pop(device, 0):
                state = "on" if is_on else "off"
                self._notify(f"{device}_restored", f"The {device} is {state} as it should be.")
            self._next_s.pop(device, None)
            return
        if not self._due(device, now_s, _PATIENCE_S):
            return
        if self._tries[device] % 2:
            await self._tab.page.keyboard.press(_KEYS[device])
        else:
            await self._tab.press(device)

    async def _captions(self, page: Snapshot, now_s: float) -> None:
        toggle = page.found.get("captions_toggle")
        is_on = "captions_region" in page.found or (toggle is not None and self._says_on(toggle))
        if is_on:
            if not self.captions_on:
                self._notify("captions_on", "Meet's captions are on.")
            self.captions_on = True
            self._tries.pop("captions", None)
            await self._language()
            return
        if self.captions_on:
            self.captions_on = False
            self._notify("captions_off", "Meet's captions were switched off.")
        if toggle is not None and self._due("captions", now_s, _CAPTIONS_PATIENCE_S):
            await self._tab.press("captions_toggle")

    def _says_on(self, toggle: Found) -> bool:
        return toggle.label in self._tab.pack.captions_off

    async def _language(self) -> None:
        wanted = self._settings.caption_language
        if not wanted or self._language_set:
            return
        self._language_set = True
        box = await self._tab.find("caption_language")
        option = self._tab.page.locator(f'[role="option"][data-value="{wanted}"]')
        try:
            if box is not None and await self._tab.click(box):
                await option.first.click(timeout=2000)
                self._notify("caption_language", f"Meet's captions are set to {wanted}.")
                return
        except Error:
            log.debug("the caption language was not offered")
        self._notify("caption_language_missing", f"Meet does not offer captions in {wanted}.")

"""Keeps camera, microphone and Meet's captions as they were asked for, all through the call."""

from collections.abc import Callable

from bot.caption_language import CaptionLanguage
from bot.caption_switch import CaptionSwitch
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Found, Snapshot

_PATIENCE_S = 2.5
"""That long a press may take to show."""
_KEYS = {"camera": "Control+e", "microphone": "Control+d"}

Notify = Callable[[str, str], None]


class Devices:
    """Looks at each snapshot and sets right what differs."""

    def __init__(self, tab: Tab, settings: BotSettings, notify: Notify) -> None:
        self.camera_on = False
        self.captions = CaptionSwitch(tab, settings, notify)
        self.language = CaptionLanguage(tab, settings, notify)
        self._tab = tab
        self._settings = settings
        self._notify = notify
        self._tries: dict[str, int] = {}
        self._next_s: dict[str, float] = {}

    async def keep(self, page: Snapshot, now_s: float) -> None:
        """One look and at most one press per device. Hold the tab's lock."""
        await self._toggle("camera", self._settings.camera, page, now_s)
        await self._toggle("microphone", self._settings.microphone, page, now_s)
        await self.captions.keep(page, now_s)
        if self.captions.on:
            menu = page.found.get("caption_language")
            await self.language.keep(menu.text if menu else "", now_s)

    def _due(self, what: str, now_s: float) -> bool:
        if now_s < self._next_s.get(what, 0.0):
            return False
        self._tries[what] = self._tries.get(what, 0) + 1
        self._next_s[what] = now_s + _PATIENCE_S * min(self._tries[what], 8)
        return True

    async def _toggle(self, device: str, wanted: bool, page: Snapshot, now_s: float) -> None:
        found = page.found.get(device)
        is_on = _is_on(found) if found else None
        if is_on is None:
            return
        if device == "camera":
            self.camera_on = is_on
        if is_on == wanted:
            if self._tries.pop(device, 0):
                state = "on" if is_on else "off"
                self._notify(f"{device}_restored", f"The {device} is {state} as it should be.")
            self._next_s.pop(device, None)
            return
        if not self._due(device, now_s):
            return
        if self._tries[device] % 2:
            await self._tab.page.keyboard.press(_KEYS[device])
        else:
            await self._tab.press(device)


def _is_on(found: Found) -> bool | None:
    """Whether a device's button says that it is on; None where it says nothing."""
    if found.muted in ("true", "false"):
        return found.muted == "false"
    return not found.icon.endswith("_off") if found.icon else None

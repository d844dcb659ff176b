"""Switches Meet's captions on, once; and once more where somebody switched them off."""

from collections.abc import Callable

from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Found, Snapshot

_PATIENCE_S = 6.0
"""That long a press may take to show."""
_QUARREL_S = 600.0
"""Whoever switches captions off so soon after they were put back wants them off."""
_MISSING_S = 15.0
_MOST_WAIT = 8

Notify = Callable[[str, str], None]


class CaptionSwitch:
    """Looks at each snapshot; never presses the button of captions that are on."""

    def __init__(self, tab: Tab, settings: BotSettings, notify: Notify) -> None:
        self.on = False
        self._tab = tab
        self._notify = notify
        self._wanted = settings.captions
        self._tries = 0
        self._next_s = 0.0
        self._unseen_since: float | None = None
        self._told_missing = False
        self._lost = False
        """They were switched off by somebody else."""
        self._put_back_s: float | None = None
        self._left_off = False

    async def keep(self, page: Snapshot, now_s: float) -> None:
        """One look and at most one press. Hold the tab's lock."""
        if not self._wanted:
            return
        toggle = page.found.get("captions_toggle")
        if "captions_region" in page.found or (toggle is not None and self._says_on(toggle)):
            self._seen_on(now_s)
        elif toggle is None:
            self._unseen(now_s)
        else:
            self._seen_off(now_s)
            await self._press(now_s)

    def _says_on(self, toggle: Found) -> bool:
        if toggle.pressed in ("true", "false"):
            return toggle.pressed == "true"
        if toggle.icon.startswith("closed_caption"):
            return toggle.icon == "closed_caption"
        return toggle.label in self._tab.pack.captions_off

    def _seen_on(self, now_s: float) -> None:
        if not self.on:
            self._notify("captions_on", "Meet's captions are on.")
            self._put_back_s = now_s if self._lost else None
        self.on, self._left_off, self._unseen_since = True, False, None
        self._tries, self._next_s = 0, 0.0

    def _seen_off(self, now_s: float) -> None:
        self._unseen_since = None
        if not self.on:
            return
        self.on, self._lost = False, True
        self._notify("captions_off", "Meet's captions were switched off.")
        if self._put_back_s is not None and now_s - self._put_back_s < _QUARREL_S:
            self._left_off = True
            self._notify("captions_left_off", "Somebody wants Meet's captions off; they stay off.")

    def _unseen(self, now_s: float) -> None:
        self._unseen_since = now_s if self._unseen_since is None else self._unseen_since
        if not self._told_missing and now_s - self._unseen_since > _MISSING_S:
            self._told_missing = True
            self._notify("captions_missing", "Meet offers no captions here.")

    async def _press(self, now_s: float) -> None:
        if self._left_off or now_s < self._next_s:
            return
        self._tries += 1
        self._next_s = now_s + _PATIENCE_S * min(self._tries, _MOST_WAIT)
        if self._tries % 2:
            if not await self._tab.press("captions_on"):
                await self._tab.press("captions_toggle")
            return
        await self._tab.page.evaluate("document.activeElement?.blur()")
        await self._tab.page.keyboard.press("c")

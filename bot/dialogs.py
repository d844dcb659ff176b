"""Closes what covers the page during the call, and says so where it does not close."""

from collections.abc import Callable

from bot.tab import Tab
from bot.verdict import Snapshot
from domain.text import clean

_EVERY_S = 1.5
_PATIENT = 3
"""After so many tries a dialog counts as stuck."""


class Dialogs:
    """One try per dialog and moment; harmless buttons only, Escape last."""

    def __init__(self, tab: Tab, notify: Callable[[str, str], None]) -> None:
        self._tab = tab
        self._notify = notify
        self._next_s = 0.0
        self._text = ""
        self._tries = 0

    async def tidy(self, page: Snapshot, now_s: float) -> None:
        """Tries to close the dialog on show, if there is one. Hold the tab's lock."""
        dialog = page.found.get("dialog")
        if dialog is None or not dialog.visible:
            self._text, self._tries = "", 0
            return
        if now_s < self._next_s:
            return
        self._next_s = now_s + _EVERY_S
        self._tries = self._tries + 1 if dialog.text == self._text else 1
        self._text = dialog.text
        if await self._close(page):
            return
        if self._tries == _PATIENT:
            words = clean(" ".join(dialog.text.split()), 120)
            self._notify("dialog_stays", f"A dialog stays over the page: {words}")

    async def _close(self, page: Snapshot) -> bool:
        if "consent" in page.found and await self._tab.press("consent"):
            self._notify("dialog", "A notice of the meeting was acknowledged.")
            return True
        by_text = await self._tab.press_text(self._tab.pack.got_it, '[role="dialog"]')
        if by_text or await self._tab.press("close_dialog"):
            self._notify("dialog", "A dialog that covered the page was closed.")
            return True
        if "stubborn_dialog" not in page.found:
            await self._tab.page.keyboard.press("Escape")
        return False

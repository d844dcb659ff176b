"""Keeps the chat's panel open, without which no message is read, and sees who closes the chat."""

from collections.abc import Callable

from bot.tab import Tab
from bot.verdict import Snapshot

_PATIENCE_S = 5.0
"""That long the panel may take to open; whoever opened the chat first has had as long."""

Notify = Callable[[str, str], None]


class ChatPanel:
    """Looks at each snapshot."""

    def __init__(self, tab: Tab, notify: Notify) -> None:
        self._tab = tab
        self._notify = notify
        self._writable: bool | None = None
        self._missing_since: float | None = None

    async def keep(self, page: Snapshot, now_s: float) -> None:
        """One look and at most one press. Hold the tab's lock."""
        chat = page.found.get("chat_log")
        if chat is not None:
            self._missing_since = None
            self._look("chat_input" in page.found)
            return
        if self._missing_since is None:
            self._missing_since = now_s
        elif now_s - self._missing_since >= _PATIENCE_S and "chat_button" in page.found:
            self._missing_since = now_s
            await self._tab.press("chat_button")

    def _look(self, writable: bool) -> None:
        if self._writable is not None and writable != self._writable:
            if writable:
                self._notify("chat_open", "The chat can be used again.")
            else:
                self._notify("chat_closed", "The host has closed the chat.")
        self._writable = writable

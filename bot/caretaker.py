"""What goes on by itself while the bot is in the call."""

import asyncio
import logging
from collections.abc import Callable

from playwright.async_api import Error

from bot.chat import Chat
from bot.intake import Intake
from bot.tab import Tab
from bot.watch import POLL_S, Watch
from domain.clock import Clock
from domain.meetings import Ending, Reason

log = logging.getLogger(__name__)

_LOOK_S = 20.0
"""A look that takes longer is given up: the page hangs."""


class Caretaker:
    """Keeps watch until the stay is over, and says so."""

    def __init__(
        self, tab: Tab, watch: Watch, chat: Chat, intake: Intake, over: Callable[[Ending], None]
    ) -> None:
        self._tab = tab
        self._watch = watch
        self._chat = chat
        self._intake = intake
        self._over = over
        self._failed: set[str] = set()

    async def open_chat(self) -> None:
        """Opens the chat panel, without which no message is read."""
        opened = False
        try:
            opened = await self._chat.open()
        except Exception as error:
            self._fault("opening the chat", error)
        if not opened:
            self._intake.notice("chat_closed", "The chat cannot be used.", 0.0)

    async def run(self, clock: Clock) -> None:
        """Looks after the page until an end rule holds."""
        while True:
            ending = await self._look() or self._cut(clock.now_s())
            if ending:
                self._over(ending)
                return
            self._listen(clock.now_s())
            await asyncio.sleep(POLL_S)

    async def _look(self) -> Ending | None:
        company = self._intake.roster.company
        try:
            async with asyncio.timeout(_LOOK_S):
                return await self._watch.look(company)
        except Error as error:
            if self._tab.page.is_closed():
                return Ending(Reason.PAGE_GONE, error.message.splitlines()[0])
            self._fault("looking after the page", error)
        except Exception as error:
            self._fault("looking after the page", error)
        return self._watch.unseen(company)

    def _fault(self, part: str, error: Exception) -> None:
        if part not in self._failed:
            self._failed.add(part)
            log.warning("%s failed, the bot goes on: %s", part, type(error).__name__)
            log.debug("the fault", exc_info=error)

    def _cut(self, now_s: float) -> Ending | None:
        if not self._intake.line.broken(now_s):
            return None
        return Ending(Reason.PAGE_GONE, "the connection to the meeting broke")

    def _listen(self, now_s: float) -> None:
        heard_s, caption_s = self._intake.last_heard_s, self._intake.last_caption_s
        newest = max(heard_s or 0.0, caption_s or 0.0)
        if newest and now_s - newest < 2 * POLL_S + 1:
            self._watch.rules.heard()

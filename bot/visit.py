"""One browser in one meeting; after a fault the bot goes on with another."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from bot.browser import Browser, open_browser
from bot.chat import Chat
from bot.leave import leave_call
from bot.locales.en import ENGLISH
from bot.pulse import Sink
from bot.scripts import PageScript
from bot.settings import BotSettings
from bot.tab import Tab
from domain.meetings import Ending

T = TypeVar("T")


class Visit:
    """The page, its chat, and the work that goes on as long as it is there."""

    def __init__(self, browser: Browser, gone: Callable[[str], None]) -> None:
        self.browser = browser
        self.tab = Tab(browser.page, ENGLISH)
        self.chat = Chat(self.tab)
        self._gone = gone
        self._over = False
        self._care: list[asyncio.Task[None]] = []
        browser.page.on("crash", lambda _: self._end("the page crashed"))
        browser.page.on("close", lambda _: self._end("the page was closed"))
        browser.context.on("close", lambda _: self._end("the browser is gone"))

    def care(self, group: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
        """Runs work until the visit is over."""
        self._care.append(group.create_task(work))

    def idle(self) -> None:
        """Ends the work; there may be other work later."""
        for task in self._care:
            task.cancel()
        self._care.clear()

    def rest(self) -> None:
        """Ends the work; the page stays as it is, and nobody hears of its end."""
        self._over = True
        self.idle()

    async def leave(self, timeout_s: float) -> str | None:
        """Leaves the call; the proof on the page, if there was one in time."""
        self.rest()
        if self.browser.page.is_closed():
            return None
        return await leave_call(self.tab, timeout_s)

    def _end(self, evidence: str) -> None:
        if not self._over:
            self._gone(evidence)


async def unless(ending: asyncio.Future[Ending], work: Coroutine[Any, Any, T]) -> T | Ending:
    """What the work gives, or the ending where that comes sooner; then the work is given up."""
    task = asyncio.ensure_future(work)
    either: set[asyncio.Future[Any]] = {task, ending}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return ending.result() if ending.done() else task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


@asynccontextmanager
async def open_visit(
    settings: BotSettings, script: PageScript, gone: Callable[[str], None], sink: Sink | None = None
) -> AsyncIterator[Visit]:
    """A browser with a page; `gone` hears when one of them breaks.

    Raises MissingError, BrowserError, or UsageError for a profile in use.
    """
    async with open_browser(settings, script, sink) as browser:
        visit = Visit(browser, gone)
        try:
            yield visit
        finally:
            visit.rest()

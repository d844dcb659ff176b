"""From the link to the call: every place on the way, told apart, with time-outs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from playwright.async_api import Error

from bot.doorstep import (
    accept_consent,
    in_risk_queue,
    open_page,
    sent_away,
    unknown_language,
    wake_controls,
)
from bot.greenroom import JOIN_TRIES, GreenRoom
from bot.locators import IN_CALL
from bot.meet_word import MeetsWord
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Place, Snapshot, Verdict, judge
from domain.clock import Clock
from domain.errors import BrowserError
from domain.meetings import Ending, MeetingState, Reason
from domain.text import clean

log = logging.getLogger(__name__)
POLL_S = 0.4
_ENOUGH = 2
"""A page that says it is over must say so that many times running."""
_LOOK_S = 30.0
"""A look that takes longer is given up: the page hangs."""

OnChange = Callable[[MeetingState, Reason, str], Awaitable[None]]


class Admission:
    """One way in; `run` ends with proof of being in, or with the reason why not."""

    def __init__(self, tab: Tab, settings: BotSettings, clock: Clock, on_change: OnChange) -> None:
        self.evidence = ""
        """What proved the admission."""
        self.notify: Callable[[str, str], None] = lambda kind, text: None
        self.word: MeetsWord | None = None
        """Where Meet's own word on the browser is heard."""
        self._tab = tab
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._room = GreenRoom(tab, settings)
        self._began_s = clock.now_s()
        self._lobby_s: float | None = None
        self._waits_for_host = False
        self._over: tuple[Verdict, int] | None = None
        self._challenged_s: float | None = None
        self._told: set[str] = set()

    async def run(self) -> Ending | None:
        """None once the bot is proven to be in the call; otherwise why it is not."""
        try:
            return await self._go()
        except BrowserError as error:
            return Ending(Reason.BROWSER_FAILED, error.message)
        except Error as error:
            return Ending(Reason.PAGE_GONE, error.message.splitlines()[0])

    async def _go(self) -> Ending | None:
        await open_page(self._tab.page, self._settings)
        while True:
            verdict = await self._try_look()
            if self.word is not None:
                self._tell("meet_verdict", await self.word.read())
            if verdict and verdict.place is Place.IN_CALL:
                self.evidence = verdict.evidence
                return None
            ending = await self._take(verdict) if verdict else None
            ending = ending or self._expired()
            if ending:
                return ending
            await asyncio.sleep(POLL_S)

    async def _try_look(self) -> Verdict | None:
        try:
            async with asyncio.timeout(_LOOK_S):
                return await self._look()
        except TimeoutError:
            log.debug("the page does not answer")
            return None

    async def _look(self) -> Verdict | None:
        async with self._tab.lock:
            page = await self._tab.snapshot()
            if page is None:
                return None
            self._tell("page_language", unknown_language(page, self._tab.pack))
            self._tell("risk_queue", in_risk_queue(page, self._tab.pack))
            verdict = sent_away(page, judge(page, self._tab.pack), self._settings)
            self._tab.reached.add(verdict.place)
            await self._watch_challenge(page.challenge)
            if not page.challenge:
                await self._do_what_is_due(page, verdict)
        return verdict

    async def _do_what_is_due(self, page: Snapshot, verdict: Verdict) -> None:
        try:
            if verdict.place is Place.CONSENT:
                if await accept_consent(self._tab):
                    words = page.found["dialog"].text if "dialog" in page.found else ""
                    self._tell("consent", f"Accepted before the call: {clean(words, 120)}")
            elif verdict.place is Place.GREEN_ROOM:
                await self._room.step(page)
            elif verdict.place is Place.LOADING:
                await self._tab.press_text(self._tab.pack.got_it)
                if any(name in page.found for name in IN_CALL):
                    await wake_controls(self._tab)
        except Error:
            log.debug("the page changed under the hand")

    def _tell(self, kind: str, text: str | None) -> None:
        if text and text not in self._told:
            self._told.add(text)
            self.notify(kind, text)

    async def _watch_challenge(self, shown: bool) -> None:
        if shown and self._challenged_s is None:
            self._challenged_s = self._clock.now_s()
            grace_s = self._settings.help_timeout_s
            told = f"a captcha is on show; a person may solve it within {grace_s:.0f} s"
            await self._on_change(MeetingState.NEEDS_HELP, Reason.CAPTCHA, told)
        elif not shown and self._challenged_s is not None:
            self._began_s += self._clock.now_s() - self._challenged_s
            self._challenged_s = None
            back = MeetingState.LOBBY if self._lobby_s is not None else MeetingState.JOINING
            await self._on_change(back, Reason.HELPED, "the captcha is gone")

    async def _take(self, verdict: Verdict) -> Ending | None:
        if verdict.place in (Place.LOBBY, Place.HOST_ABSENT):
            self._waits_for_host = verdict.place is Place.HOST_ABSENT
            if self._lobby_s is None:
                self._lobby_s = self._clock.now_s()
                await self._on_change(MeetingState.LOBBY, Reason.KNOCKED, verdict.evidence)
        if verdict.place is Place.AWAY:
            said = self._over[0] if self._over else None
            return Ending(Reason.BLOCKED, said.evidence if said else verdict.evidence)
        if verdict.place is not Place.OVER or verdict.reason is None:
            self._over = None
            return None
        times = self._over[1] + 1 if self._over and self._over[0] == verdict else 1
        self._over = (verdict, times)
        return Ending(verdict.reason, verdict.evidence) if times >= _ENOUGH else None

    def _expired(self) -> Ending | None:
        now_s = self._clock.now_s()
        if self._challenged_s is not None:
            if now_s - self._challenged_s < self._settings.help_timeout_s:
                return None
            return Ending(Reason.CAPTCHA, "a captcha is on show and nobody solved it")
        if self._lobby_s is None:
            if now_s - self._began_s < self._settings.start_timeout_s:
                return None
            tries = f"join was pressed {self._room.pressed} of {JOIN_TRIES} times"
            return Ending(Reason.START_TIMEOUT, f"no lobby and no call was reached; {tries}")
        waited_s = now_s - self._lobby_s
        if waited_s < self._settings.lobby_timeout_s:
            return None
        if self._waits_for_host:
            return Ending(Reason.HOST_ABSENT, f"no host came for {waited_s:.0f} s")
        return Ending(Reason.LOBBY_TIMEOUT, f"nobody let the bot in for {waited_s:.0f} s")

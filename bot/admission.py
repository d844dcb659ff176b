"""From the link to the call: every place on the way, told apart, with time-outs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from playwright.async_api import Error

from bot.greenroom import JOIN_TRIES, GreenRoom
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Place, Verdict, judge
from domain.clock import Clock
from domain.errors import BrowserError
from domain.meetings import Ending, MeetingState, Reason

log = logging.getLogger(__name__)
POLL_S = 0.4
_ENOUGH = 2
"""A page that says it is over must say so that many times running."""
_CHALLENGE_S = 120.0
_LOOK_S = 30.0
"""A look that takes longer is given up: the page hangs."""

OnChange = Callable[[MeetingState, Reason, str], Awaitable[None]]


class Admission:
    """One way in; `run` ends with proof of being in, or with the reason why not."""

    def __init__(self, tab: Tab, settings: BotSettings, clock: Clock, on_change: OnChange) -> None:
        self.evidence = ""
        """What proved the admission."""
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

    async def run(self) -> Ending | None:
        """None once the bot is proven to be in the call; otherwise why it is not."""
        try:
            return await self._go()
        except BrowserError as error:
            return Ending(Reason.BROWSER_FAILED, error.message)
        except Error as error:
            return Ending(Reason.PAGE_GONE, error.message.splitlines()[0])

    async def _go(self) -> Ending | None:
        await self._open()
        while True:
            verdict = await self._try_look()
            if verdict and verdict.place is Place.IN_CALL:
                self.evidence = verdict.evidence
                return None
            ending = await self._take(verdict) if verdict else None
            ending = ending or self._expired()
            if ending:
                return ending
            await asyncio.sleep(POLL_S)

    async def _open(self) -> None:
        limit_ms = self._settings.start_timeout_s * 1000
        try:
            await self._tab.page.goto(
                self._settings.link.url, wait_until="domcontentloaded", timeout=limit_ms
            )
        except Error as error:
            raise BrowserError(
                f"The meeting's page does not open: {error.message.splitlines()[0]}",
                "Check the network and the link.",
            ) from error

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
            self._watch_challenge(page.challenge)
            verdict = judge(page, self._tab.pack)
            if verdict.place is Place.CONSENT:
                await self._tab.press("consent")
            elif verdict.place is Place.GREEN_ROOM:
                try:
                    await self._room.step(page)
                except Error:
                    log.debug("the green room changed under the hand")
            elif verdict.place is Place.LOADING:
                await self._tab.press_text(self._tab.pack.got_it)
        return verdict

    def _watch_challenge(self, shown: bool) -> None:
        if not shown:
            self._challenged_s = None
        elif self._challenged_s is None:
            self._challenged_s = self._clock.now_s()

    async def _take(self, verdict: Verdict) -> Ending | None:
        if verdict.place in (Place.LOBBY, Place.HOST_ABSENT):
            self._waits_for_host = verdict.place is Place.HOST_ABSENT
            if self._lobby_s is None:
                self._lobby_s = self._clock.now_s()
                await self._on_change(MeetingState.LOBBY, Reason.KNOCKED, verdict.evidence)
        if verdict.place is not Place.OVER or verdict.reason is None:
            self._over = None
            return None
        times = self._over[1] + 1 if self._over and self._over[0] == verdict else 1
        self._over = (verdict, times)
        return Ending(verdict.reason, verdict.evidence) if times >= _ENOUGH else None

    def _expired(self) -> Ending | None:
        now_s = self._clock.now_s()
        if self._challenged_s is not None:
            if now_s - self._challenged_s < _CHALLENGE_S:
                return None
            return Ending(Reason.BLOCKED, "a captcha is on show and nobody solved it")
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

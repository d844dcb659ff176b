"""Asks to be let in, and again where people were not there: never where they said no."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bot.admission import Admission, OnChange
from bot.meet_word import MeetsWord
from bot.settings import BotSettings
from bot.tab import Tab
from domain.clock import Clock
from domain.meetings import Ending, MeetingState
from domain.retries import KNOCK_PAUSES_S, knock_pause_s

Notify = Callable[[str, str], None]
TRIES = 1 + len(KNOCK_PAUSES_S)


class Knocks:
    """All tries of one bot with one browser; together they wait no longer than one may."""

    def __init__(
        self, tab: Tab, settings: BotSettings, clock: Clock, on_change: OnChange, notify: Notify
    ) -> None:
        self.evidence = ""
        """What proved the admission."""
        self._tab = tab
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._notify = notify
        self._word = MeetsWord(tab.page)

    async def run(self) -> Ending | None:
        """None once the bot is proven to be in the call; otherwise why it is not."""
        began_s = self._clock.now_s()
        left_s = self._settings.lobby_timeout_s
        tries = 0
        while True:
            tries += 1
            ending = await self._knock(left_s)
            if ending is None:
                return None
            pause_s = knock_pause_s(ending.reason, tries)
            left_s = self._settings.lobby_timeout_s - (self._clock.now_s() - began_s)
            if pause_s is None or pause_s >= left_s:
                return replace(ending, evidence=self._with_word(ending, tries))
            told = f"try {tries + 1} of {TRIES} in {pause_s:.0f} s: {ending.evidence}"
            await self._on_change(MeetingState.JOINING, ending.reason, told)
            await asyncio.sleep(pause_s)
            left_s -= pause_s

    async def _knock(self, lobby_s: float) -> Ending | None:
        settings = replace(self._settings, lobby_timeout_s=lobby_s)
        admission = Admission(self._tab, settings, self._clock, self._on_change)
        admission.notify = self._notify
        admission.word = self._word
        ending = await admission.run()
        self.evidence = admission.evidence
        return ending

    def _with_word(self, ending: Ending, tries: int) -> str:
        parts = [ending.evidence]
        if tries > 1:
            parts.append(f"{tries} tries")
        if self._word.automated:
            parts.append(self._word.words.rstrip("."))
        return "; ".join(part for part in parts if part)

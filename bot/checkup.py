"""Looks at a meeting's pages and tells which locators still find what they are for."""

import asyncio
from dataclasses import dataclass

from bot.doorstep import open_page, sent_away
from bot.drift import DriftReport
from bot.endpoint import PageEndpoint
from bot.greenroom import GreenRoom
from bot.meet import MeetBot
from bot.scripts import init_script
from bot.settings import BotSettings
from bot.tab import Tab
from bot.verdict import Place, judge
from bot.visit import open_visit
from domain.meetings import Ending, MeetingState, Reason

_POLL_S = 0.4
_CAPTIONS_S = 15.0
"""That long the captions may take to come, so that their region is looked for too."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found, and how far it went."""

    report: DriftReport
    ending: Ending | None = None
    """Why it did not get where it should look; None where it did."""


async def look_at_green_room(settings: BotSettings, endpoint: PageEndpoint) -> Checkup:
    """Opens the page and prepares everything, but does not ask to join. Raises BrowserError."""
    script = init_script(settings, endpoint)
    async with open_visit(settings, script, lambda _: None) as visit:
        await open_page(visit.tab.page, settings)
        ending = await _prepare(visit.tab, settings)
        return Checkup(visit.tab.report(), ending)


async def _prepare(tab: Tab, settings: BotSettings) -> Ending | None:
    room = GreenRoom(tab, settings)
    try:
        async with asyncio.timeout(settings.start_timeout_s):
            while True:
                page = await tab.snapshot()
                verdict = judge(page, tab.pack) if page else None
                if page and verdict:
                    verdict = sent_away(page, verdict, settings)
                    tab.reached.add(verdict.place)
                    if verdict.place in (Place.OVER, Place.AWAY):
                        return Ending(verdict.reason or Reason.BLOCKED, verdict.evidence)
                    ready = verdict.place is Place.GREEN_ROOM and not await room.prepare(page)
                    if ready and await room.join_button() is not None:
                        await tab.snapshot()
                        return None
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        return Ending(Reason.START_TIMEOUT, "no button that joins was found")


async def look_at_call(settings: BotSettings, endpoint: PageEndpoint) -> Checkup:
    """Joins, looks at the call's controls, and leaves. Raises DragomanError."""

    async def heard(state: MeetingState, reason: Reason, evidence: str) -> None:
        """The report says how far it came."""

    async with MeetBot(settings, endpoint, heard) as bot:
        ending = await bot.join()
        if ending is None:
            for _ in range(int(_CAPTIONS_S / _POLL_S)):
                if "captions_region" in bot.drift.answered:
                    break
                await asyncio.sleep(_POLL_S)
            await bot.leave(Reason.STOPPED)
        return Checkup(bot.drift, ending)

"""What lies over the page in the call, what vanishes from it, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.events import Notice
from domain.meetings import Reason
from standin.script import Ending, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

Until = Callable[..., Awaitable[None]]


def script(**traps: Any) -> Script:
    base = replace(bundled_script("short"), lines=(), chat=(), end=Ending("stays"))
    return replace(base, lobby=Lobby("none"), traps=Traps(**traps))


class Told:
    """The notices of a bot, kept while it works."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    async def listen(self, bot: Any) -> None:
        async for event in bot.events():
            if isinstance(event, Notice):
                self.texts[event.kind] = event.text


async def test_what_lies_over_the_page_stops_nothing(visit: Any, until: Until) -> None:
    over = script(
        got_it_dialog=True,
        mic_off_dialog=True,
        stuck_dialog=True,
        camera_problem=True,
        ending_soon_at_s=0.5,
        toolbar_hides_s=1.0,
    )
    told = Told()
    async with StandIn(over) as site, visit(site) as stay, asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(told.listen(stay.bot))
        assert await stay.bot.join() is None
        await until(lambda: "dialog_stays" in told.texts and "ending_soon" in told.texts)
        await site.toggle_camera_off()
        await until(lambda: not any(guest.camera for guest in site.room.in_call()))
        await until(lambda: any(guest.camera for guest in site.room.in_call()))
        assert await stay.bot.leave(Reason.STOPPED)
        listening.cancel()
    assert "Something new in your calls" in told.texts["dialog_stays"]
    assert {"dialog", "camera_problem"} <= told.texts.keys()


@pytest.mark.heavy
async def test_controls_that_vanish_for_a_while_end_nothing(visit: Any) -> None:
    flickers = script(controls_gone_at_s=1.0, controls_back_at_s=5.0)
    async with StandIn(flickers) as site, visit(site, gone_s=12.0) as stay:
        assert await stay.bot.join() is None
        staying = asyncio.create_task(stay.bot.stay())
        await asyncio.sleep(9)
        assert not staying.done()
        assert await stay.bot.leave(Reason.STOPPED)
        staying.cancel()
    assert site.journal.first("left") is not None


@pytest.mark.heavy
async def test_controls_that_stay_away_end_the_stay(visit: Any) -> None:
    async with StandIn(script(controls_gone_at_s=0.5)) as site:
        async with visit(site, gone_s=2.0) as stay:
            assert await stay.bot.join() is None
            ending = await stay.bot.stay()
    assert ending.reason is Reason.PAGE_GONE
    assert "nothing of the call" in ending.evidence


@pytest.mark.heavy
@pytest.mark.parametrize("wording", ["call_ended", "none"])
async def test_an_end_in_other_words(visit: Any, wording: str) -> None:
    async with StandIn(script(ended_wording=wording)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        await site.end_for_everyone()
        ending = await stay.bot.stay()
    assert ending.reason is Reason.HOST_ENDED

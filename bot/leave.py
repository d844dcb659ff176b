"""The way out: Leave call, its dialog, and the proof of having left."""

import asyncio

from playwright.async_api import Error

from bot.tab import Tab
from bot.verdict import Place, judge

_POLL_S = 0.2


async def leave_call(tab: Tab, deadline_s: float) -> str | None:
    """Leaves; the proof of it, or None where none came before the deadline."""
    try:
        async with asyncio.timeout(deadline_s), tab.lock:
            pressed = await tab.press("leave")
            while True:
                proof = await _proof(tab)
                if proof:
                    return proof
                if not await tab.press("leave_confirm"):
                    await tab.press_text(tab.pack.leave_for_me)
                if not pressed:
                    pressed = await tab.press("leave")
                await asyncio.sleep(_POLL_S)
    except (TimeoutError, Error):
        return None


async def _proof(tab: Tab) -> str | None:
    page = await tab.snapshot()
    if page is None:
        return None
    verdict = judge(page, tab.pack, been_in=True)
    if verdict.place is Place.OVER:
        return verdict.evidence
    if verdict.place is not Place.IN_CALL and "leave" not in page.found:
        return "the call's controls are gone"
    return None

"""Keeps a stay going: where the page or the browser breaks, the bot comes back in."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from bot.meet import MeetBot
from domain.audio import MIX, SAMPLE_RATE, Gap
from domain.events import Event, Notice
from domain.meetings import Ending
from domain.recovery import LOST_PAGE, pause_before_try
from dragoman.steps import Steps

log = logging.getLogger(__name__)


def lost(start_s: float, end_s: float, reason: str) -> Gap:
    """A stretch of the meeting of which nothing was heard."""
    start_s = max(0.0, min(start_s, end_s))
    return Gap(MIX, start_s, end_s, round((end_s - start_s) * SAMPLE_RATE), reason)


async def again(bot: MeetBot, steps: Steps, broken: Ending) -> Ending | None:
    """Goes in again while the page or the browser is what breaks and tries are left. As `join`."""
    ending: Ending | None = broken
    while ending is not None and ending.reason in LOST_PAGE:
        pause_s = pause_before_try(steps.taken, datetime.now(UTC))
        if pause_s is None:
            break
        log.warning("the bot comes back after a fault: %s", ending.reason)
        ending = await bot.rejoin(ending.evidence, pause_s)
    return ending


def tell_back(publish: Callable[[Event], None], gap: Gap) -> None:
    """Tells that the bot is back, and what it missed."""
    publish(gap)
    missed = f"{gap.end_s - gap.start_s:.0f} s of the meeting were not heard"
    publish(Notice("rejoined", f"Back in the meeting: {gap.reason}; {missed}.", gap.end_s))


class Recovery:
    """Waits for the end of a stay; what hears and says goes on meanwhile.

    `lag_s` tells how far Meet's captions come behind the words: so much was said, but not yet
    read, when something broke.
    """

    def __init__(
        self,
        bot: MeetBot,
        steps: Steps,
        publish: Callable[[Event], None],
        lag_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._bot = bot
        self._steps = steps
        self._publish = publish
        self._lag_s = lag_s

    async def stay(self) -> Ending:
        """How the stay ended for good: nothing broke, or the tries to come back are used up."""
        while True:
            ending = await self._bot.stay()
            if ending.reason not in LOST_PAGE:
                return ending
            final = await self._come_back(ending)
            if final is not None:
                return final

    async def _come_back(self, broken: Ending) -> Ending | None:
        clock = self._bot.clock
        now_s = clock.now_s()
        heard_s = self._bot.intake.last_sound_s
        since_s = (now_s if heard_s is None else heard_s) - self._lag_s()
        text = f"Not in the meeting: {broken.evidence}. Coming back."
        self._publish(Notice("recovering", text, now_s))
        ending = await again(self._bot, self._steps, broken)
        now_s = clock.now_s()
        gap = lost(since_s, now_s, broken.evidence)
        if ending is None:
            tell_back(self._publish, gap)
        else:
            self._publish(gap)
        return ending

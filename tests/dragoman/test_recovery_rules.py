"""What a stay does when its page breaks, with a bot that breaks as told."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.meet import MeetBot
from domain.audio import Gap
from domain.clock import FakeClock
from domain.events import Event, Notice
from domain.meetings import Ending, Meeting, MeetingState, Reason
from dragoman.hub import Hub
from dragoman.recovery import Recovery
from dragoman.steps import Steps
from storage.memory import MemoryMeetingStore

CRASH = Ending(Reason.PAGE_GONE, "the page crashed")
OVER = Ending(Reason.HOST_ENDED, "it ended")


class Intake:
    last_sound_s = 40.0


class BreakingBot:
    """Stays end as told; tries to come back too. Each try takes five seconds."""

    def __init__(self, stays: Sequence[Ending], tries: Sequence[Ending | None], steps: Steps):
        self.clock = FakeClock(42.0)
        self.intake = Intake()
        self.pauses: list[float] = []
        self._stays, self._tries, self._steps = list(stays), list(tries), steps

    async def stay(self) -> Ending:
        return self._stays.pop(0)

    async def rejoin(self, why: str, after_s: float) -> Ending | None:
        self.pauses.append(after_s)
        await self._steps.take(MeetingState.STARTING, Reason.RECOVERING, why)
        self.clock.advance(5)
        result = self._tries.pop(0)
        if result is None:
            await self._steps.take(MeetingState.JOINING, Reason.BROWSER_READY)
            await self._steps.take(MeetingState.IN_MEETING, Reason.REJOINED)
        return result


@pytest.fixture
async def steps() -> Steps:
    store, now = MemoryMeetingStore(), datetime.now(UTC)
    await store.create(Meeting("m", "l", "c", "n", (), MeetingState.IN_MEETING, now))
    return Steps("m", MeetingState.IN_MEETING, store, Hub())


async def run(bot: BreakingBot, steps: Steps) -> tuple[Ending, list[Event]]:
    told: list[Event] = []
    recovery = Recovery(cast(MeetBot, cast(Any, bot)), steps, told.append, lambda: 1.0)
    return await recovery.stay(), told


async def test_it_comes_back_and_tells_what_was_not_heard(steps: Steps) -> None:
    bot = BreakingBot([CRASH, OVER], [None], steps)
    ending, told = await run(bot, steps)
    assert ending == OVER
    [gap] = [event for event in told if isinstance(event, Gap)]
    assert (gap.start_s, gap.end_s, gap.reason) == (39.0, 47.0, "the page crashed")
    assert gap.samples == 8 * 16_000
    notices = [event for event in told if isinstance(event, Notice)]
    assert [n.kind for n in notices] == ["recovering", "rejoined"]
    assert "8 s" in notices[1].text


async def test_tries_are_counted_and_end(steps: Steps) -> None:
    failed = Ending(Reason.BROWSER_FAILED, "the browser did not start")
    bot = BreakingBot([CRASH], [failed] * 9, steps)
    ending, told = await run(bot, steps)
    assert ending == failed
    assert bot.pauses == [0.0, 2.0, 5.0]
    assert [event.end_s for event in told if isinstance(event, Gap)] == [57.0]
    assert [step.evidence for step in steps.taken][1:] == ["the browser did not start"] * 2


@pytest.mark.parametrize("reason", [Reason.DENIED, Reason.HOST_ENDED, Reason.STOPPED])
async def test_who_is_not_let_in_again_does_not_insist(steps: Steps, reason: Reason) -> None:
    bot = BreakingBot([CRASH], [Ending(reason)], steps)
    ending, told = await run(bot, steps)
    assert ending.reason is reason
    assert len(bot.pauses) == 1
    assert any(isinstance(event, Gap) for event in told)


async def test_an_orderly_end_is_no_fault(steps: Steps) -> None:
    bot = BreakingBot([Ending(Reason.REMOVED)], [], steps)
    ending, told = await run(bot, steps)
    assert ending.reason is Reason.REMOVED
    assert told == []

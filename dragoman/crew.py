"""The parts of a session, as the session sees them."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.meet import MeetBot
from domain.clock import MeetingClock
from dragoman.facts import FactKeeper
from dragoman.hub import Hub
from dragoman.pause import Pause
from dragoman.stage import Stage
from dragoman.steps import Steps
from dragoman.trace import Trace


class Crew(Protocol):
    """What outlives the stay."""

    bot: MeetBot
    hub: Hub
    trace: Trace
    steps: Steps
    facts: FactKeeper
    pause: Pause
    """Of the stay, from its stage on."""

    def stage(self, clock: MeetingClock) -> AbstractAsyncContextManager[Stage]:
        """Builds what hears, says, draws and writes; unwinds it in order."""
        ...

"""The parts of a session, as the session sees them."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.meet import MeetBot
from domain.clock import MeetingClock
from dragoman.facts import FactKeeper
from dragoman.hub import Hub
from dragoman.steps import Steps
from dragoman.trace import Trace
from overlay.overlay import Overlay
from pipeline.captioner import Captioner
from pipeline.listener import Listener
from storage.writer import SegmentWriter


@dataclass(frozen=True, slots=True)
class Stage:
    """What works while the bot is in the meeting."""

    listener: Listener
    captioner: Captioner
    writer: SegmentWriter
    overlay: Overlay


class Crew(Protocol):
    """What outlives the stay."""

    bot: MeetBot
    hub: Hub
    trace: Trace
    steps: Steps
    facts: FactKeeper

    def stage(self, clock: MeetingClock) -> AbstractAsyncContextManager[Stage]:
        """Builds what hears, says, draws and writes; unwinds it in order."""
        ...

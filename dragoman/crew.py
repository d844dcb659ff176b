"""The parts of a session, as the session sees them."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.meet import MeetBot
from domain.clock import MeetingClock
from dragoman.facts import FactKeeper
from dragoman.hub import Hub
from dragoman.pause import Pause
from dragoman.recording.recorder import Recorder
from dragoman.resume import Earlier
from dragoman.stage import Stage
from dragoman.steps import Steps
from dragoman.trace import Trace
from pipeline.voice.own_speech import OwnSpeech


class Crew(Protocol):
    """What outlives the stay."""

    bot: MeetBot
    hub: Hub
    trace: Trace
    recorder: Recorder
    own: OwnSpeech
    steps: Steps
    facts: FactKeeper
    pause: Pause
    """Of the stay, from its stage on."""

    earlier: Earlier | None
    """Of a process that was in this meeting before."""

    def greeting(self) -> Sequence[str]:
        """What the bot says of itself in the chat when it comes."""
        ...

    async def begin(self, clock: MeetingClock) -> None:
        """Stores the meeting's second 0."""
        ...

    def stage(self, clock: MeetingClock) -> AbstractAsyncContextManager[Stage]:
        """Builds what hears, says, draws and writes; unwinds it in order."""
        ...

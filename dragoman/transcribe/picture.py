"""The captions of sound that is heard at its own speed, as a virtual webcam."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.clock import MeetingClock
from domain.meetings import Meeting
from domain.ports import CaptionSink
from dragoman.hub import Hub
from dragoman.settings import Settings
from dragoman.transcribe.clock import StreamClock
from dragoman.webcam import webcams
from dragoman.wiring import overlay_settings
from overlay.overlay import Overlay


@asynccontextmanager
async def picture(
    meeting: Meeting, settings: Settings, clock: MeetingClock | StreamClock, hub: Hub
) -> AsyncIterator[tuple[CaptionSink, ...]]:
    """What draws the captions; nothing where no webcam is wanted or time does not pass."""
    if isinstance(clock, StreamClock):
        yield ()
        return
    sinks = await webcams(settings.camera.webcam, clock, hub.publish)
    if not sinks:
        yield ()
        return
    async with Overlay(overlay_settings(meeting, settings), clock, sinks, hub.publish) as overlay:
        yield (overlay,)

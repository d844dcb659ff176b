"""The recogniser that the settings ask for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from domain.events import Event, Notice
from domain.ports import Recognizer
from dragoman.settings import HearingGroup
from pipeline.asr.choose import choose


@asynccontextmanager
async def open_recognizer(
    settings: HearingGroup, notify: Callable[[Event], None]
) -> AsyncIterator[Recognizer]:
    """Chooses an engine, tells why, and gives it back at the end. Raises MissingError."""
    recognizer, reason = await choose(settings.engine)
    notify(Notice("recognizer", reason, 0.0))
    try:
        yield recognizer
    finally:
        await recognizer.aclose()

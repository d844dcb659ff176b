"""Which recogniser listens: the one that was named, or the best that works."""

import logging

from domain.engines import load
from domain.errors import DragomanError, MissingError
from domain.ports import Recognizer
from pipeline.asr import AUTO_ORDER, ENGINES

log = logging.getLogger(__name__)


async def choose(name: str) -> tuple[Recognizer, str]:
    """A healthy recogniser and, for people, why it was taken.

    Raises UsageError for an unknown name and MissingError where nothing works.
    """
    refused: list[str] = []
    for candidate in AUTO_ORDER if name == "auto" else (name,):
        try:
            recognizer: Recognizer = load(ENGINES, candidate)()
            health = await recognizer.health()
        except DragomanError as error:
            if name != "auto":
                raise
            refused.append(f"{candidate}: {error.message}")
            continue
        if health.ok:
            reason = f"Recognition by {candidate} ({health.found})."
            return recognizer, " ".join([reason, *(f"Not {text}" for text in refused)])
        await recognizer.aclose()
        refused.append(f"{candidate}: {health.found} {health.remedy}".strip())
        log.info("The recogniser %s does not work here", candidate)
    raise MissingError("No speech recogniser works here.", " ".join(refused))

"""Which recogniser listens: the one that was named, or the best that works."""

import logging
from collections.abc import Callable, Mapping

from domain.engines import load
from domain.errors import DragomanError, MissingError
from domain.ports import Recognizer
from pipeline.asr import AUTO_ORDER, ENGINES

log = logging.getLogger(__name__)


async def choose(
    name: str, builders: Mapping[str, Callable[[], Recognizer]] | None = None
) -> tuple[Recognizer, str]:
    """A healthy recogniser and, for people, why it was taken.

    `builders` makes engines that are set up in some way; the others get what they begin with.
    Raises UsageError for an unknown name and MissingError where nothing works.
    """
    refused: list[tuple[str, str]] = []
    for candidate in AUTO_ORDER if name == "auto" else (name,):
        try:
            build = (builders or {}).get(candidate) or load(ENGINES, candidate)
            recognizer: Recognizer = build()
            health = await recognizer.health()
        except DragomanError as error:
            if name != "auto":
                raise
            refused.append((f"{candidate}: {error.message}".rstrip("."), error.remedy))
            continue
        if health.ok:
            reason = f"Recognition by {candidate} ({health.found})."
            return recognizer, " ".join([reason, *(f"Not {text}." for text, _ in refused)])
        await recognizer.aclose()
        refused.append((f"{candidate}: {health.found}", health.remedy))
        log.info("The recogniser %s does not work here", candidate)
    raise MissingError(
        "No speech recogniser works here.",
        " ".join(f"{text}. {remedy}".strip() for text, remedy in refused),
    )

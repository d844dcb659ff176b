"""Which diarizer tells voices apart: the one that was named, or the best that works."""

import logging
from collections.abc import Callable, Mapping

from domain.engines import Health, load
from domain.errors import DragomanError, MissingError
from domain.ports import Diarizer
from pipeline.diarization import AUTO_ORDER, ENGINES

log = logging.getLogger(__name__)


async def choose(
    name: str, builders: Mapping[str, Callable[[], Diarizer]] | None = None
) -> tuple[Diarizer, str]:
    """A healthy diarizer and, for people, why it was taken.

    `builders` makes engines that are set up in some way; the others get what they begin with.
    Raises UsageError for an unknown name and MissingError where the named one does not work.
    """
    refused: list[tuple[str, str]] = []
    for candidate in AUTO_ORDER if name == "auto" else (name,):
        try:
            build = (builders or {}).get(candidate) or load(ENGINES, candidate)
            diarizer: Diarizer = build()
            health = await _tried(diarizer)
        except DragomanError as error:
            if name != "auto":
                raise
            refused.append((f"{candidate}: {error.message}".rstrip("."), error.remedy))
            continue
        if health.ok:
            reason = f"Voices by {candidate} ({health.found})."
            return diarizer, " ".join([reason, *(f"Not {text}." for text, _ in refused)])
        await diarizer.aclose()
        refused.append((f"{candidate}: {health.found}", health.remedy))
        log.info("The diarizer %s does not work here", candidate)
    raise MissingError(
        "No diarizer works here.",
        " ".join(f"{text}. {remedy}".strip() for text, remedy in refused),
    )


async def _tried(diarizer: Diarizer) -> Health:
    """Its health, proven by opening a track: models are loaded before the first sound comes."""
    health = await diarizer.health()
    if not health.ok:
        return health
    try:
        await (await diarizer.open("trial")).aclose()
    except DragomanError as error:
        return Health(False, error.message.rstrip("."), error.remedy)
    return health

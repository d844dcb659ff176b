"""Which recogniser listens: the one that was named, or the best that works."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from domain.engines import Health, load
from domain.errors import DragomanError, MissingError
from domain.ports import Recognizer
from pipeline.asr import AUTO_ORDER, ENGINES
from pipeline.asr.chain_engine import close

log = logging.getLogger(__name__)

HEALTH_S = 2000.0
"""Beyond the engines' own limits for fetching and loading a model."""
_CLOSE_S = 10.0


async def choose(
    name: str,
    builders: Mapping[str, Callable[[], Recognizer]] | None = None,
    *,
    health_timeout_s: float = HEALTH_S,
) -> tuple[Recognizer, str]:
    """A healthy recogniser and, for people, why it was taken.

    `builders` makes engines that are set up in some way; the others get what they begin with.
    An engine that gives no sign of its health in `health_timeout_s` does not work. Raises
    UsageError for an unknown name and MissingError where nothing works.
    """
    refused: list[tuple[str, str]] = []
    for candidate in AUTO_ORDER if name == "auto" else (name,):
        try:
            build = (builders or {}).get(candidate) or load(ENGINES, candidate)
            recognizer: Recognizer = build()
            health = await _asked(recognizer, health_timeout_s)
        except DragomanError as error:
            if name != "auto":
                raise
            health = Health(False, error.message.rstrip("."), error.remedy)
        except Exception as error:
            log.warning("The recogniser %s broke: %s", candidate, type(error).__name__)
            health = Health(False, f"it broke ({type(error).__name__})", "Choose another engine.")
        if health.ok:
            reason = f"Recognition by {candidate} ({health.found})."
            return recognizer, " ".join([reason, *(f"Not {text}." for text, _ in refused)])
        refused.append((f"{candidate}: {health.found}", health.remedy))
        log.info("The recogniser %s does not work here", candidate)
    raise MissingError(
        "No speech recogniser works here.",
        " ".join(f"{text}. {remedy}".strip() for text, remedy in refused),
    )


async def _asked(recognizer: Recognizer, timeout_s: float) -> Health:
    """An engine's health; it is given back unless it is well."""
    health = Health(False, f"no sign of its health in {timeout_s:g} s", "Choose another engine.")
    try:
        async with asyncio.timeout(timeout_s) as limit:
            health = await recognizer.health()
    except TimeoutError:
        if not limit.expired():
            raise
    finally:
        if not health.ok:
            await close(recognizer, _CLOSE_S)
    return health

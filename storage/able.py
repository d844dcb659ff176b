"""Writing that one odd segment does not stop."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from domain.errors import StorageError
from domain.transcripts import Segment
from storage.failures import OddError

log = logging.getLogger(__name__)


async def write_able(
    write: Callable[[Sequence[Segment]], Awaitable[None]], segments: Sequence[Segment]
) -> list[Segment]:
    """Writes what can be written, in order; gives back the segments that break the store.

    Raises StorageError or TimeoutError where the store refuses as a whole.
    """
    if not segments:
        return []
    try:
        await write(segments)
    except Exception as error:
        if isinstance(error, StorageError | TimeoutError) and not isinstance(error, OddError):
            raise
        if len(segments) == 1:
            log.error("a segment cannot be stored: %s", type(error).__name__)
            return list(segments)
    else:
        return []
    half = len(segments) // 2
    odd = await write_able(write, segments[:half])
    return odd + await write_able(write, segments[half:])

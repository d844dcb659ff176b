"""What is kept of a bot's failures, and of moments that somebody asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.serving import File

ASKED = "asked"
"""The reason of evidence that somebody asked for."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file of it."""

    name: str
    """Unique in the meeting."""
    media_type: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One moment of a bot: its page, its last error, the end of its log."""

    id: str
    at: datetime
    reason: str
    """Why it was kept: a `Reason`, or ASKED."""
    error: str = ""
    """What failed, for people; for ASKED the last fault in the log, if there is one."""
    address: str = ""
    """Of the page."""
    files: tuple[EvidenceFile, ...] = ()
    missing: tuple[str, ...] = ()
    """What could not be kept, and why."""


class EvidenceDesk(Protocol):
    """The evidence of meetings. Raises UsageError for what does not exist or cannot be done."""

    async def make(self, meeting_id: str) -> Evidence:
        """Keeps what the running bot's page looks like now."""
        ...

    async def items(self, meeting_id: str) -> Sequence[Evidence]:
        """All of a meeting, newest first."""
        ...

    async def file(self, meeting_id: str, name: str) -> File:
        """One of its files."""
        ...

"""The evidence of meetings: made by their bots, read from their folders."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout

from domain.errors import DragomanError, StorageError, UsageError
from domain.evidence import Evidence
from domain.meetings import ENDINGS, Meeting
from domain.ports import MeetingStore
from domain.serving import File
from dragoman.endpoint import asked
from dragoman.evidence.shelf import Shelf

MAKE_S = 25.0
"""Longest wait for a bot whose page hangs."""


class EvidenceFiles:
    """The EvidenceDesk port; `folder` holds the meetings' folders."""

    def __init__(self, meetings: MeetingStore, folder: Path) -> None:
        self._meetings = meetings
        self._folder = folder

    async def make(self, meeting_id: str) -> Evidence:
        """Asks the bot to keep what its page looks like now."""
        meeting = await self._meeting(meeting_id)
        if meeting.state in ENDINGS:
            raise UsageError("This meeting is over.", "What was kept of it can be read.")
        async with ClientSession(timeout=ClientTimeout(total=MAKE_S)) as http:
            if not await asked(http, meeting.endpoint, "POST", "/live/evidence", {}):
                raise DragomanError("The bot kept no evidence.", "Try again in a moment.")
        made = await self.items(meeting.id)
        if not made:
            raise DragomanError("The evidence lies on the bot's machine.", "Look for it there.")
        return made[0]

    async def items(self, meeting_id: str) -> Sequence[Evidence]:
        """All of a meeting, newest first."""
        shelf = await self._shelf(meeting_id)
        try:
            return await asyncio.to_thread(shelf.items)
        except OSError as error:
            raise _unread(error) from error

    async def file(self, meeting_id: str, name: str) -> File:
        """One of its files."""
        shelf = await self._shelf(meeting_id)
        try:
            file, content = await asyncio.to_thread(shelf.file, name)
        except OSError as error:
            raise _unread(error) from error
        return File(file.name, file.media_type, content)

    async def _shelf(self, meeting_id: str) -> Shelf:
        return Shelf(self._folder / (await self._meeting(meeting_id)).id)

    async def _meeting(self, meeting_id: str) -> Meeting:
        meeting = await self._meetings.get(meeting_id)
        if meeting is None:
            raise UsageError(f"There is no meeting {meeting_id!r}.", "See: dragoman meetings")
        return meeting


def _unread(error: OSError) -> StorageError:
    return StorageError(f"The evidence cannot be read: {error.strerror}.", "Look at the disk.")

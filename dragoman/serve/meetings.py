"""Which meetings there are, for pages and API."""

from domain.errors import UsageError
from domain.serving import BotDesk, MeetingEntry, MeetingFilter, MeetingPage
from dragoman.serve.watch import WAITING
from storage.database import Database
from storage.meeting_list import Listed, SqlMeetingList
from storage.meetings import SqlMeetingStore


class Meetings:
    """The MeetingDesk port on the database; places come from the queue of bots."""

    def __init__(self, database: Database, bots: BotDesk) -> None:
        self._store = SqlMeetingStore(database)
        self._list = SqlMeetingList(database)
        self._bots = bots

    async def page(self, wanted: MeetingFilter) -> MeetingPage:
        """Newest first."""
        found, cursor = await self._list.page(
            wanted.text.strip()[:200],
            wanted.states,
            wanted.since,
            wanted.until,
            limit=wanted.limit,
            cursor=wanted.cursor,
        )
        return MeetingPage([await self._entry(each) for each in found], cursor)

    async def entry(self, meeting_id: str) -> MeetingEntry:
        """One meeting, with its states."""
        meeting = await self._store.get(meeting_id)
        if meeting is None:
            raise UsageError("There is no such meeting.", "Look at the list of them.")
        return await self._entry(await self._list.one(meeting))

    async def _entry(self, listed: Listed) -> MeetingEntry:
        waits = listed.meeting.state in WAITING
        place = await self._bots.place(listed.meeting.id) if waits else 0
        return MeetingEntry(listed.meeting, listed.title, listed.speakers, place)

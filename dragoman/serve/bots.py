"""Sends bots and steers them: what the pages, the API and the calendars ask for."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import ClientSession

from domain.errors import DragomanError, UsageError
from domain.languages import parse_language
from domain.links import SITE, parse_link
from domain.meetings import ENDINGS, Meeting, MeetingState, Reason, StateChange
from domain.serving import Invitation, Placed
from domain.text import clean
from dragoman.endpoint import asked
from dragoman.meeting_row import new_meeting
from dragoman.serve.changes import ChangingSettings
from dragoman.serve.watch import WAITING, Watch
from dragoman.store import Stores
from storage.facts import TITLE


class Bots:
    """The BotDesk port: one bot per meeting, started or queued by the watch.

    What a bot must know beyond its row is kept as facts of the meeting: `spoken` (codes),
    `terms` (a name a line), `record` (yes or no), `asked_by`, `event` and `title`.
    """

    def __init__(
        self,
        settings: ChangingSettings,
        stores: Stores,
        watch: Watch,
        http: ClientSession,
    ) -> None:
        self._settings = settings
        self._stores = stores
        self._watch = watch
        self._http = http
        self._inviting = asyncio.Lock()

    async def invite(self, invitation: Invitation) -> Placed:
        """Stores a meeting and starts, or queues, its bot; a second request gets the first."""
        settings = self._settings.now
        link = parse_link(invitation.link, settings.server.base_url or SITE)
        meeting = new_meeting(link.short, link.code, settings)
        queued = StateChange(MeetingState.QUEUED, Reason.ASKED, meeting.created_at)
        meeting = replace(
            meeting,
            state=queued.state,
            changes=(queued,),
            name=invitation.name or meeting.name,
            languages=_codes(invitation.languages) or meeting.languages,
        )
        facts = _facts(invitation)
        async with self._inviting:
            for known in await self._watch.meetings():
                if known.link == meeting.link:
                    return Placed(known, await self.place(known.id), known=True)
            await self._stores.meetings.create(meeting)
            for name, value in facts.items():
                await self._stores.facts.put(meeting.id, name, value)
        await self._watch.look()
        return Placed(await self._named(meeting.id), await self.place(meeting.id))

    async def leave(self, meeting_id: str) -> None:
        """Makes the bot leave; one that waits is not sent, one that died does not come back."""
        meeting = await self._open(meeting_id)
        if meeting.state in WAITING or not meeting.endpoint:
            await self._watch.stop(meeting)
            return
        try:
            await self._order(meeting, "/live/leave", {})
        except DragomanError:
            if meeting.reason is not Reason.RECOVERING:
                raise
            await self._watch.stop(meeting)

    async def pause(self, meeting_id: str, paused: bool) -> None:
        """Stops or resumes listening."""
        await self._order(await self._open(meeting_id), "/live/pause", {"paused": paused})

    async def look(self, meeting_id: str, changes: Mapping[str, object]) -> None:
        """Changes the picture."""
        await self._order(await self._open(meeting_id), "/live/look", changes)

    async def place(self, meeting_id: str) -> int:
        """The place in the queue; 0 for a meeting that does not wait."""
        waiting = [meeting.id for meeting in await self._watch.waiting()]
        return waiting.index(meeting_id) + 1 if meeting_id in waiting else 0

    async def _order(self, meeting: Meeting, path: str, given: Mapping[str, object]) -> None:
        if not await asked(self._http, meeting.endpoint, "POST", path, given):
            raise DragomanError(
                f"The bot of meeting {meeting.id[:8]} does not answer.", "Try again in a moment."
            )

    async def _named(self, meeting_id: str) -> Meeting:
        meeting = await self._stores.meetings.get(meeting_id)
        if meeting is None:
            raise UsageError(f"There is no meeting {meeting_id!r}.", "Look at the list of them.")
        return meeting

    async def _open(self, meeting_id: str) -> Meeting:
        meeting = await self._named(meeting_id)
        if meeting.state in ENDINGS:
            reason = meeting.reason.value.replace("_", " ")
            raise UsageError(f"This meeting is over: {reason}.", "Its transcript can be read.")
        return meeting


def _codes(languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parse_language(code) for code in languages))


def _facts(invitation: Invitation) -> dict[str, str]:
    facts = {
        "spoken": ",".join(_codes(invitation.spoken)),
        "terms": "\n".join(invitation.terms),
        "asked_by": invitation.by,
        "event": invitation.event_key,
        TITLE: clean(invitation.title, 300),
        "record": {True: "yes", False: "no", None: ""}[invitation.record],
    }
    return {name: value for name, value in facts.items() if value}

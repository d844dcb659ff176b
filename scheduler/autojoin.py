"""Sends bots to planned meetings in time, follows what becomes of them, and leaves no silence."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.calendars import Attendance, Decision, EventStore
from domain.errors import DragomanError, UsageError
from domain.meetings import ENDINGS, Meeting, MeetingState, Reason
from domain.recovery import BROKEN
from domain.retries import CALENDAR_PAUSES_S
from domain.serving import BotDesk, Invitation
from scheduler.agenda import Agenda
from scheduler.guests import spoken_names
from scheduler.outcomes import admitted, again_after_s, missed_words
from scheduler.plan import Gathering
from scheduler.planner import LOOKED_BACK, Planner

log = logging.getLogger(__name__)

_EARLY_END = timedelta(minutes=3)
"""A bot that was there before anybody came, and left as alone, is sent again."""
_ALONE = (Reason.ALONE, Reason.HOST_ENDED, Reason.SILENCE, Reason.CAP_REACHED)


class MeetingLookup(Protocol):
    """Finds meetings."""

    async def get(self, meeting_id: str) -> Meeting | None:
        """A meeting by its id."""
        ...


@dataclass(frozen=True, slots=True)
class Desks:
    """Whom the scheduler works with."""

    events: EventStore
    bots: BotDesk
    meetings: MeetingLookup


class AutoJoin:
    """Reads the stores anew at each look, so that what other processes write counts too.

    `own` are the bot's mail addresses, which are no names to be heard.
    """

    def __init__(
        self,
        desks: Desks,
        planner: Planner,
        agenda: Agenda,
        *,
        look_ahead: timedelta = timedelta(hours=24),
        own: Sequence[str] = (),
    ) -> None:
        self._desks = desks
        self._planner = planner
        self._timing = planner.timing
        self._agenda = agenda
        self._look_ahead = look_ahead
        self._own = tuple(own)
        self._now = planner.now
        self._looking = asyncio.Lock()

    async def look(self) -> None:
        """Does what is due now and fills the agenda with what is to come. Raises StorageError."""
        async with self._looking:
            now = self._now()
            window = (now - LOOKED_BACK, now + self._look_ahead)
            for gathering in await self._planner.planned(*window):
                await self._follow(gathering)
            due: dict[str, datetime] = {}
            for gathering in await self._planner.planned(*window):
                if gathering.missed:
                    await self._miss(gathering)
                elif gathering.join_at is not None and gathering.join_at <= self._now():
                    await self._join(gathering)
                elif gathering.join_at is not None:
                    due[gathering.first.key] = gathering.join_at
            self._agenda.fill(due, self._woken)

    async def _woken(self) -> None:
        try:
            await self.look()
        except DragomanError as error:
            log.warning("what is due could not be looked at: %s", error.message)

    async def _miss(self, gathering: Gathering) -> None:
        noted = gathering.attendance
        if noted is not None and noted.over:
            return
        if gathering.decision is not Decision.JOIN:
            return  # a late approval still counts
        log.warning("a planned meeting was missed: %s", gathering.missed)
        await self._note(gathering, tries=noted.tries if noted else 0, missed=gathering.missed)

    async def _join(self, gathering: Gathering) -> None:
        noted = gathering.attendance
        tries = noted.tries if noted is not None else 0
        try:
            placed = await self._desks.bots.invite(self._invitation(gathering))
        except UsageError as error:
            await self._note(gathering, tries=tries, missed=str(error))
        except DragomanError as error:
            await self._retry_invitation(gathering, tries + 1, error)
        else:
            ours = 0 if placed.known else 1
            await self._note(gathering, tries=tries + ours, meeting_id=placed.meeting.id)

    async def _retry_invitation(
        self, gathering: Gathering, tries: int, error: DragomanError
    ) -> None:
        next_at = self._now() + timedelta(
            seconds=CALENDAR_PAUSES_S[min(tries, len(CALENDAR_PAUSES_S)) - 1]
        )
        if tries < self._timing.tries and next_at < gathering.until:
            log.warning("a bot could not be sent and is tried again: %s", error.message)
            await self._note(gathering, tries=tries, next_at=next_at)
        else:
            await self._note(gathering, tries=tries, missed=str(error))

    def _invitation(self, gathering: Gathering) -> Invitation:
        first = gathering.first
        rule = first.verdict.rule
        people = [
            person
            for item in gathering.items
            for person in (item.known.event.organiser, *item.known.event.attendees)
        ]
        return Invitation(
            link=first.known.event.link,
            languages=rule.languages if rule is not None else (),
            by=f"calendar {first.calendar.title}",
            event_key=first.key,
            title=first.known.event.title,
            terms=spoken_names(people, self._own),
        )

    async def _follow(self, gathering: Gathering) -> None:
        """Looks after a bot that was sent: whether it is still wanted, and how it ended."""
        for item in gathering.items:
            noted = item.known.attendance
            if noted is None or noted.over or not noted.meeting_id or noted.next_at is not None:
                continue
            meeting = await self._desks.meetings.get(noted.meeting_id)
            stale = noted.start != item.known.event.start
            if meeting is None:
                await self._note(gathering, tries=noted.tries, missed="its meeting was deleted")
            elif meeting.state in ENDINGS and not stale:
                await self._ended(gathering, noted, meeting)
            elif meeting.state not in ENDINGS:
                await self._still_wanted(gathering, noted, meeting, moved=stale)
            return

    async def _still_wanted(
        self, gathering: Gathering, noted: Attendance, meeting: Meeting, *, moved: bool
    ) -> None:
        """Takes a bot back that was sent for nothing; one that is in the meeting stays until
        its end rules say so, but for a person's word."""
        later = moved and gathering.join_at is not None and gathering.join_at > self._now()
        unwanted = gathering.decision is not Decision.JOIN
        said = gathering.first.known.said
        by_person = unwanted and said is not None and said.decision is Decision.SKIP
        if not (later or unwanted) or noted.tries == 0:
            return  # wanted, or somebody else's bot
        if meeting.state is MeetingState.LEAVING or (admitted(meeting) and not by_person):
            return
        try:
            await self._desks.bots.leave(meeting.id)
        except DragomanError as error:
            log.warning("a bot could not be taken back: %s", error.message)
            return
        if not later:
            why = "" if admitted(meeting) else f"taken back: {gathering.why}"
            await self._note(gathering, tries=noted.tries, meeting_id=meeting.id, missed=why)

    async def _ended(self, gathering: Gathering, noted: Attendance, meeting: Meeting) -> None:
        event = gathering.first.known.event
        ended_at = meeting.ended_at or self._now()
        early = meeting.reason in _ALONE and ended_at <= event.start + _EARLY_END
        wait_s = CALENDAR_PAUSES_S[0] if early else again_after_s(meeting, noted.tries)
        broken = admitted(meeting) and meeting.reason in BROKEN
        until = max(gathering.until, event.end) if broken else gathering.until
        wanted = gathering.decision is Decision.JOIN and noted.tries < self._timing.tries
        if wait_s is not None and wanted:
            next_at = max(ended_at + timedelta(seconds=wait_s), event.start - self._timing.before)
            if next_at < until:
                await self._note(
                    gathering, tries=noted.tries, meeting_id=meeting.id, next_at=next_at
                )
                return
        words = missed_words(meeting)
        if words and noted.tries > 1:
            words = f"{words} ({noted.tries} tries)"
        await self._note(
            gathering, tries=noted.tries, meeting_id=meeting.id, missed=words, over=True
        )

    async def _note(
        self,
        gathering: Gathering,
        *,
        tries: int,
        meeting_id: str = "",
        missed: str = "",
        next_at: datetime | None = None,
        over: bool = False,
    ) -> None:
        """Keeps for every event of the gathering how far the bot got."""
        over = over or bool(missed)
        await self._desks.events.note(
            [
                Attendance(item.key, event.start, tries, meeting_id, missed, next_at, over)
                for item in gathering.items
                for event in (item.known.event,)
            ]
        )

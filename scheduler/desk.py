"""The CalendarDesk port: what pages, API and commands ask of calendars."""

import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from domain.calendars import (
    CalendarRecord,
    CalendarStore,
    Decision,
    EventStore,
    PlannedMeeting,
    Rule,
    Said,
)
from domain.errors import DragomanError, UsageError
from domain.languages import parse_language
from domain.text import clean
from scheduler.calendars.kinds import shown_address, sorted_out
from scheduler.plan import meetings
from scheduler.planner import LOOKED_BACK, Planner
from scheduler.sync import Open, Syncer

MOST_RULES = 200
_FAR = timedelta(days=3660)


class Vault(Protocol):
    """Seals secrets before they are stored."""

    def seal(self, text: str) -> str:
        """What may be stored."""
        ...

    def open(self, sealed: str) -> str:
        """What was sealed. Raises DragomanError."""
        ...


async def _nothing() -> None:
    """Bots are sent by the server, which looks by itself."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who does the work."""

    planner: Planner
    syncer: Syncer
    vault: Vault
    open_source: Open
    look: Callable[[], Awaitable[None]] = _nothing
    """Does at once what a decision asks for."""


class Calendars:
    """Calendars, rules and what is to come."""

    def __init__(self, calendars: CalendarStore, events: EventStore, hands: Hands) -> None:
        self._calendars = calendars
        self._events = events
        self._hands = hands
        self._now = hands.planner.now

    async def coming(self, start: datetime, end: datetime) -> Sequence[PlannedMeeting]:
        """Events in a window, in order, with what will be done about each."""
        wide = (start - LOOKED_BACK, end + LOOKED_BACK)  # events that are one meeting go together
        planned = meetings(await self._hands.planner.planned(*wide))
        return [m for m in planned if m.event.start < end and m.event.end >= start]

    async def decide(self, event_key: str, decision: Decision, by: str) -> PlannedMeeting:
        """What a person says of an event, by its key, a unique beginning of it, or its short
        id; kept over restarts and syncs. Raises UsageError."""
        event = (await self._one(event_key)).event
        if decision is Decision.JOIN:
            wrong = _impossible(event.link, cancelled=event.cancelled, all_day=event.all_day)
            if wrong:
                raise UsageError(f"This event cannot be joined: {wrong}.", "Change the event.")
            if event.end <= self._now():
                raise UsageError("This event is over.", "Its meeting can be joined by its link.")
        await self._events.say(Said(event.key, decision, clean(by, 100), self._now()))
        await self._anew(event.key, decision)
        await self._hands.look()
        return await self._one(event.key)

    async def calendars(self) -> Sequence[Mapping[str, object]]:
        """Each with id, kind, title, address, state, synced_at and error, without secrets."""
        return [self._shown(record) for record in await self._calendars.calendars()]

    async def add(self, kind: str, options: Mapping[str, str]) -> str:
        """Adds a calendar and syncs it once; its id. One that cannot be read is not kept.

        Raises UsageError, CalendarError.
        """
        plain, secret = sorted_out(kind, options)
        title = clean(plain.pop("title", ""), 100)
        sealed = self._hands.vault.seal(json.dumps(secret)) if secret else ""
        record = CalendarRecord(uuid.uuid4().hex[:12], kind, title or kind, plain, sealed)
        if not title:
            found = await self._hands.open_source(record).health()
            if not found.ok:
                raise UsageError(found.found, found.remedy)
            name = shown_address(kind, plain, secret) if kind == "ics" else found.found
            record = replace(record, title=clean(name, 100) or kind)
        await self._calendars.save(record)
        try:
            await self._hands.syncer.sync(record)
        except BaseException:
            await self._calendars.remove(record.id)
            raise
        await self._hands.look()
        return record.id

    async def remove(self, calendar_id: str) -> None:
        """Forgets a calendar and its events; bots that were sent stay. Raises UsageError."""
        record = await self._calendar(calendar_id)
        await self._calendars.remove(record.id)
        await self._hands.look()

    async def sync(self, calendar_id: str = "") -> None:
        """Reads one calendar, or all, now. Raises UsageError, CalendarError."""
        chosen = [await self._calendar(calendar_id)] if calendar_id else None
        trouble: list[DragomanError] = []
        for record in chosen or await self._calendars.calendars():
            try:
                await self._hands.syncer.sync(record)
            except DragomanError as error:
                await self._calendars.save(replace(record, error=str(error)))
                trouble.append(error)
        await self._hands.look()
        if trouble:
            raise trouble[0]

    async def rules(self) -> Sequence[Rule]:
        """In order."""
        return await self._calendars.rules()

    async def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces all rules; decisions follow at once. Raises UsageError."""
        if len(rules) > MOST_RULES:
            raise UsageError(f"There are more than {MOST_RULES} rules.", "Use wider patterns.")
        checked = [_checked(rule) for rule in rules]
        names = [rule.name.casefold() for rule in checked]
        if len(set(names)) < len(names):
            raise UsageError("Two rules have one name.", "Rename one.")
        await self._calendars.set_rules(checked)
        await self._hands.look()

    async def deliver_to(self, event_key: str) -> tuple[str, ...]:
        """Who gets the transcript of an event's meeting, by the rules as they are now."""
        try:
            return (await self._one(event_key)).deliver_to
        except UsageError:
            return ()

    async def _anew(self, event_key: str, decision: Decision) -> None:
        """A person who says join after it was given up gets fresh tries."""
        if decision is not Decision.JOIN:
            return
        now = self._now()
        for gathering in await self._hands.planner.planned(now - LOOKED_BACK, now + _FAR):
            noted = gathering.attendance
            keys = {item.key for item in gathering.items}
            if event_key in keys and noted is not None and noted.over:
                fresh = replace(noted, tries=0, meeting_id="", missed="", next_at=None, over=False)
                await self._events.note([replace(fresh, event_key=key) for key in keys])

    async def _one(self, event_key: str) -> PlannedMeeting:
        now = self._now()
        found = [
            meeting
            for meeting in meetings(await self._hands.planner.planned(now - _FAR, now + _FAR))
            if event_key
            and (meeting.event.key.startswith(event_key) or short_id(meeting) == event_key)
        ]
        exact = [meeting for meeting in found if meeting.event.key == event_key]
        if len(exact or found) != 1:
            what = "There is no event" if not found else "There is more than one event"
            raise UsageError(f"{what} {event_key[:80]!r}.", "Look at: dragoman calendars coming")
        return (exact or found)[0]

    async def _calendar(self, calendar_id: str) -> CalendarRecord:
        records = await self._calendars.calendars()
        found = [r for r in records if calendar_id and r.id.startswith(calendar_id)]
        if len(found) != 1:
            raise UsageError(
                f"There is no one calendar {calendar_id[:40]!r}.",
                "Look at: dragoman calendars list",
            )
        return found[0]

    def _shown(self, record: CalendarRecord) -> Mapping[str, object]:
        error = record.error
        try:
            secret = json.loads(self._hands.vault.open(record.sealed)) if record.sealed else {}
        except DragomanError as refused:
            secret, error = {}, str(refused)
        state = "error" if error else "ok" if record.synced_at else "new"
        return {
            "id": record.id,
            "kind": record.kind,
            "title": record.title,
            "address": shown_address(record.kind, record.options, secret),
            "state": state,
            "synced_at": record.synced_at,
            "error": error,
            "join": record.options.get("join", "ask"),
            "owner": record.options.get("owner", ""),
        }


def short_id(meeting: PlannedMeeting) -> str:
    """Eight letters that stand for an event where people type."""
    return hashlib.sha256(meeting.event.key.encode()).hexdigest()[:8]


def _impossible(link: str, *, cancelled: bool, all_day: bool) -> str:
    if cancelled:
        return "it is cancelled, or no longer in the calendar"
    if not link:
        return "it has no Meet link"
    return "it is all day and has no time" if all_day else ""


def _checked(rule: Rule) -> Rule:
    name = clean(rule.name, 100)
    if not name:
        raise UsageError("A rule needs a name.", "It is shown beside the events it decides.")
    languages = tuple(parse_language(code) for code in rule.languages)
    receivers = tuple(clean(each, 254) for each in rule.deliver_to if each.strip())
    return Rule(
        name,
        rule.decision,
        calendar=clean(rule.calendar, 200),
        organiser=clean(rule.organiser, 200),
        title=clean(rule.title, 200),
        attendee=clean(rule.attendee, 200),
        languages=languages,
        deliver_to=receivers,
    )

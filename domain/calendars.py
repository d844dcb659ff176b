"""Meetings that are to come: events of calendars, rules, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.engines import Health
from domain.errors import DragomanError


class CalendarError(DragomanError):
    """A calendar cannot be read; `retry` says whether the next poll may succeed as it is."""

    exit_code = 6

    def __init__(self, message: str, remedy: str = "", *, retry: bool = True) -> None:
        super().__init__(message, remedy)
        self.retry = retry


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One occurrence of an event, times resolved."""

    calendar_id: str
    uid: str
    """Stays the same for all occurrences of a series."""
    occurrence: str
    """Tells one occurrence from the others, also after it was moved: its original start, in UTC
    ISO format; empty for an event that does not recur."""
    title: str
    start: datetime
    end: datetime
    link: str = ""
    """The Meet link found in it; empty where there is none."""
    organiser: str = ""
    attendees: tuple[str, ...] = ()
    """Names, addresses, or both as NAME <ADDRESS>."""
    cancelled: bool = False
    declined: bool = False
    """By the calendar's owner."""
    invites_bot: bool = False
    """The bot's own address is among the attendees."""
    all_day: bool = False
    """Has dates and no time; start is midnight in the calendar's zone."""

    @property
    def key(self) -> str:
        """The same for every version of this occurrence."""
        return f"{self.calendar_id}/{self.uid}/{self.occurrence}"


@dataclass(frozen=True, slots=True)
class CalendarChanges:
    """What a sync brought."""

    events: Sequence[CalendarEvent]
    gone: Sequence[str] = ()
    """Keys of events that no longer exist."""
    series: Sequence[str] = ()
    """Uids of which `events` holds everything in the window: their other occurrences have gone,
    and with none in `events` the whole series."""
    full: bool = False
    """`events` is everything in the window: what is not in it has gone."""
    cursor: str = ""
    """Where the next sync goes on: a sync token, an ETag; kept by the caller."""


class CalendarSource(Protocol):
    """One calendar somewhere."""

    async def health(self) -> Health:
        """Whether it can be read."""
        ...

    async def sync(self, cursor: str, start: datetime, end: datetime) -> CalendarChanges:
        """What changed since the cursor, in a window. Raises CalendarError."""
        ...

    async def aclose(self) -> None:
        """Gives back what it holds."""
        ...


class Decision(StrEnum):
    """What a person, or a rule, says of an event."""

    UNDECIDED = "undecided"
    JOIN = "join"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """An event to come, and what will be done about it."""

    event: CalendarEvent
    decision: Decision
    why: str
    """The rule's name, the person, or why not, for people."""
    meeting_id: str = ""
    """Once a bot was sent."""
    missed: str = ""
    """Why it was missed, where it was."""
    join_at: datetime | None = None
    """When the bot is sent next, where it will be."""
    languages: tuple[str, ...] = ()
    """Target languages of the rule that decided; empty: the installation's."""
    deliver_to: tuple[str, ...] = ()
    """Who gets the transcript by the rule that decided."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The first rule that fits an event decides. Empty patterns fit everything."""

    name: str
    decision: Decision
    calendar: str = ""
    organiser: str = ""
    title: str = ""
    attendee: str = ""
    """Patterns with * and ?, upper and lower case alike."""
    languages: tuple[str, ...] = ()
    """Target languages; empty: the installation's."""
    deliver_to: tuple[str, ...] = ()
    """Who gets the transcript: mail addresses or webhook names."""


@dataclass(frozen=True, slots=True)
class CalendarRecord:
    """A calendar as it is kept: where it is, and how its last sync went."""

    id: str
    kind: str
    """google, ics, caldav or scripted."""
    title: str
    options: Mapping[str, str]
    """Address, owner, zone, join and whatever its kind needs, without secrets."""
    sealed: str = ""
    """Passwords and tokens, sealed."""
    cursor: str = ""
    covered_until: datetime | None = None
    """The end of the window of the last full sync."""
    synced_at: datetime | None = None
    """The last sync that succeeded."""
    error: str = ""
    """Why the last one did not, for people; empty where it did."""


@dataclass(frozen=True, slots=True)
class Said:
    """A person's word about an event; it stands until another is given."""

    event_key: str
    decision: Decision
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attendance:
    """How far the bot got with an event."""

    event_key: str
    start: datetime
    """Of the event as it was when this was noted; a moved event begins anew."""
    tries: int = 0
    meeting_id: str = ""
    missed: str = ""
    """Why it was missed, for people."""
    next_at: datetime | None = None
    """When the next try is due."""
    over: bool = False
    """Nothing more will be done."""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event with all that is kept of it."""

    event: CalendarEvent
    seen_at: datetime
    """When it was first known to be at its present start."""
    said: Said | None = field(default=None)
    attendance: Attendance | None = field(default=None)


class CalendarStore(Protocol):
    """Calendars and rules, kept."""

    async def calendars(self) -> Sequence[CalendarRecord]:
        """All, by title."""
        ...

    async def save(self, record: CalendarRecord) -> None:
        """Stores or replaces by id."""
        ...

    async def remove(self, calendar_id: str) -> bool:
        """Forgets a calendar, its secrets, its events and what was said of them; whether there
        was one."""
        ...

    async def rules(self) -> Sequence[Rule]:
        """In order."""
        ...

    async def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces all."""
        ...


class EventStore(Protocol):
    """Events, what people said of them, and how the bot fared; kept over restarts and syncs."""

    async def apply(
        self, record: CalendarRecord, changes: CalendarChanges, window: tuple[datetime, datetime]
    ) -> None:
        """Stores what a sync brought together with the record's new cursor. What has gone is
        kept as cancelled. Nothing where the calendar was removed meanwhile."""
        ...

    async def known(self, start: datetime, end: datetime) -> Sequence[KnownEvent]:
        """Events that overlap a window, by start."""
        ...

    async def say(self, said: Said) -> None:
        """Keeps a person's word; undecided takes it back."""
        ...

    async def note(self, attendances: Sequence[Attendance]) -> None:
        """Stores or replaces by event."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forgets what ended before; the number of events."""
        ...

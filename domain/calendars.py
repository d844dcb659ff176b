"""Meetings that are to come: events of calendars, rules, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.engines import Health


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
    """Addresses or names."""
    cancelled: bool = False
    declined: bool = False
    """By the calendar's owner."""
    invites_bot: bool = False
    """The bot's own address is among the attendees."""

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
    full: bool = False
    """`events` is everything in the window: what is not in it has gone."""
    cursor: str = ""
    """Where the next sync goes on: a sync token, an ETag; kept by the caller."""


class CalendarSource(Protocol):
    """One calendar somewhere."""

    id: str
    title: str

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

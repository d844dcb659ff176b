"""Calendars, rules and what is to come, as the API tells of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.calendars import Decision, PlannedMeeting
from domain.calendars import Rule as Ruling
from web.api.models import Asked, Given, Language, Line, Text, Told, When


class ComingQuery(Asked):
    """A window of time."""

    since: When | None = Field(None, description="None: now.")
    until: When | None = Field(None, description="None: a day after since.")


class Decide(Given):
    """Says what is to be done about an event."""

    event_key: str = Field(min_length=1, max_length=2000, description="As in the list.")
    decision: Decision = Field(strict=False, description="undecided: the rules decide again.")


class PlannedTold(Told):
    """An event to come, and what will be done about it."""

    event_key: str
    calendar_id: str
    title: str
    start: datetime
    end: datetime
    link: str = Field(description="Empty where there is no meeting to join.")
    organiser: str
    attendees: tuple[str, ...]
    cancelled: bool
    decision: Decision
    why: str
    meeting_id: str = Field(description="Once a bot was sent.")
    missed: str = Field(description="Why it was missed, where it was.")

    @classmethod
    def of(cls, planned: PlannedMeeting) -> "PlannedTold":
        event = planned.event
        return cls(
            event_key=event.key,
            calendar_id=event.calendar_id,
            title=event.title,
            start=event.start,
            end=event.end,
            link=event.link,
            organiser=event.organiser,
            attendees=event.attendees,
            cancelled=event.cancelled,
            decision=planned.decision,
            why=planned.why,
            meeting_id=planned.meeting_id,
            missed=planned.missed,
        )


class Coming(Told):
    """Events in order."""

    events: tuple[PlannedTold, ...]


class AddCalendar(Given):
    """Adds a calendar."""

    kind: Literal["google", "ics", "caldav"]
    options: Mapping[Line, Text] = Field(
        max_length=20, description="Such as title, address, user and password."
    )


class Added(Told):
    """The new one."""

    id: str


class CalendarTold(Told):
    """A calendar, without its secrets."""

    id: str
    kind: str
    title: str
    address: str
    state: str
    synced_at: datetime | None
    error: str

    @classmethod
    def of(cls, told: Mapping[str, object]) -> "CalendarTold":
        known = {name: told[name] for name in cls.model_fields if told.get(name) is not None}
        return cls.model_validate(
            {**dict.fromkeys(cls.model_fields, ""), "synced_at": None} | known
        )


class Calendars(Told):
    """All calendars."""

    calendars: tuple[CalendarTold, ...]


class Rule(Given):
    """The first rule that fits an event decides. Empty patterns fit everything; * and ? stand
    for anything."""

    name: Line = Field(min_length=1)
    decision: Decision = Field(strict=False)
    calendar: Line = ""
    organiser: Line = ""
    title: Line = ""
    attendee: Line = ""
    languages: tuple[Language, ...] = Field((), max_length=20)
    deliver_to: tuple[Line, ...] = Field(
        (), max_length=50, description="Who gets the transcript: mail addresses."
    )

    @classmethod
    def of(cls, rule: Ruling) -> "Rule":
        return cls.model_construct(
            name=rule.name,
            decision=rule.decision,
            calendar=rule.calendar,
            organiser=rule.organiser,
            title=rule.title,
            attendee=rule.attendee,
            languages=rule.languages,
            deliver_to=rule.deliver_to,
        )

    def ruling(self) -> Ruling:
        """As the rest of the server knows it."""
        return Ruling(
            name=self.name,
            decision=self.decision,
            calendar=self.calendar,
            organiser=self.organiser,
            title=self.title,
            attendee=self.attendee,
            languages=self.languages,
            deliver_to=self.deliver_to,
        )


class Rules(Given):
    """All rules, in order."""

    rules: tuple[Rule, ...] = Field(max_length=200)

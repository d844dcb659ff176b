"""The tables of calendars, their events, rules, and what was decided."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text
from sqlmodel import Field, SQLModel

from storage.tables import UtcTime


def _of_calendar() -> Any:
    return Field(
        index=True,
        sa_type=Text,
        sa_column_args=[ForeignKey("calendar.id", ondelete="CASCADE")],
    )


class CalendarRow(SQLModel, table=True):
    """A calendar somewhere, and how its last sync went."""

    __tablename__ = "calendar"

    id: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    options: dict[str, str] = Field(sa_type=JSON)
    sealed: str = Field(sa_type=Text)
    cursor: str = Field(sa_type=Text)
    covered_until: datetime | None = Field(default=None, sa_type=UtcTime)
    synced_at: datetime | None = Field(default=None, sa_type=UtcTime)
    error: str = Field(sa_type=Text)


class CalendarEventRow(SQLModel, table=True):
    """One occurrence of an event."""

    __tablename__ = "calendar_event"

    key: str = Field(primary_key=True, sa_type=Text)
    calendar_id: str = _of_calendar()
    uid: str = Field(sa_type=Text)
    occurrence: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    start: datetime = Field(index=True, sa_type=UtcTime)
    end: datetime = Field(index=True, sa_type=UtcTime)
    link: str = Field(sa_type=Text)
    organiser: str = Field(sa_type=Text)
    attendees: list[str] = Field(sa_type=JSON)
    cancelled: bool
    declined: bool
    invites_bot: bool
    all_day: bool
    seen_at: datetime = Field(sa_type=UtcTime)


class EventWordRow(SQLModel, table=True):
    """What a person said of an event; of no event's row, because it outlives syncs."""

    __tablename__ = "event_word"

    key: str = Field(primary_key=True, sa_type=Text)
    calendar_id: str = _of_calendar()
    decision: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)


class AttendanceRow(SQLModel, table=True):
    """How far the bot got with an event."""

    __tablename__ = "attendance"

    key: str = Field(primary_key=True, sa_type=Text)
    calendar_id: str = _of_calendar()
    start: datetime = Field(sa_type=UtcTime)
    tries: int
    meeting_id: str = Field(sa_type=Text)
    missed: str = Field(sa_type=Text)
    next_at: datetime | None = Field(default=None, sa_type=UtcTime)
    over: bool


class CalendarRuleRow(SQLModel, table=True):
    """A rule; the first that fits decides."""

    __tablename__ = "calendar_rule"

    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(sa_type=Text)
    decision: str = Field(sa_type=Text)
    calendar: str = Field(sa_type=Text)
    organiser: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    attendee: str = Field(sa_type=Text)
    languages: list[str] = Field(sa_type=JSON)
    deliver_to: list[str] = Field(sa_type=JSON)

"""The tables of what people and engines do with a transcript afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text
from sqlmodel import Field, SQLModel

from storage.tables import Long, UtcTime, of_meeting


class EditRow(SQLModel, table=True):
    """Something that a person changed; the segments themselves stay as they were."""

    __tablename__ = "edit"

    id: str = Field(primary_key=True, sa_type=Text)
    meeting_id: str = of_meeting()
    number: int
    """Order within the meeting."""
    kind: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    language: str = Field(default="", sa_type=Text)
    value: str = Field(sa_type=Text)
    by: str = Field(default="", sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcTime)


class NoteRow(SQLModel, table=True):
    """Notes of a meeting in one language."""

    __tablename__ = "note"

    meeting_id: str = of_meeting(primary_key=True)
    language: str = Field(primary_key=True, sa_type=Text)
    engine: str = Field(sa_type=Text)
    made_at: datetime = Field(index=True, sa_type=UtcTime)
    body: dict[str, Any] = Field(sa_type=JSON)


class SearchDueRow(SQLModel, table=True):
    """A segment whose words in the search index are no longer true."""

    __tablename__ = "search_due"

    meeting_id: str = Field(primary_key=True, sa_type=Text)
    segment_id: str = Field(primary_key=True, sa_type=Text)


class SearchTextRow(SQLModel, table=True):
    """One text in the search index: a segment in one language."""

    __tablename__ = "search_text"

    id: int = Field(primary_key=True, sa_type=Long, sa_column_kwargs={"autoincrement": False})
    """Of the index too: rises with the time of the meeting and the time in it."""
    meeting_id: str = Field(index=True, sa_type=Text)
    segment_id: str = Field(index=True, sa_type=Text)
    language: str = Field(sa_type=Text)

"""The tables. SQL that SQLite and PostgreSQL both speak."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from domain.transcripts import LIVE

Long = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits; on SQLite the key of the row itself."""
_JSON_OR_NULL = JSON(none_as_null=True)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC on databases that know no zones too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def of_meeting(*, primary_key: bool = False) -> Any:
    """The column of a row that goes with its meeting."""
    return Field(
        primary_key=primary_key,
        index=not primary_key,
        sa_type=Text,
        sa_column_args=[ForeignKey("meeting.id", ondelete="CASCADE")],
    )


class MeetingRow(SQLModel, table=True):
    """A meeting from request to archive."""

    __tablename__ = "meeting"

    id: str = Field(primary_key=True, sa_type=Text)
    link: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    languages: list[str] = Field(sa_type=JSON)
    state: str = Field(index=True, sa_type=Text)
    reason: str = Field(sa_type=Text)
    created_at: datetime = Field(index=True, sa_type=UtcTime)
    began_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    endpoint: str = Field(default="", sa_type=Text)


class StateChangeRow(SQLModel, table=True):
    """One step of a meeting, with its reason and what proved it."""

    __tablename__ = "state_change"

    meeting_id: str = of_meeting(primary_key=True)
    number: int = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)
    evidence: str = Field(default="", sa_type=Text)


class ParticipantRow(SQLModel, table=True):
    """Somebody who was there."""

    __tablename__ = "participant"

    meeting_id: str = of_meeting(primary_key=True)
    id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    is_self: bool = False
    joined_s: float = 0.0
    left_s: float | None = None


class SegmentRow(SQLModel, table=True):
    """A final caption."""

    __tablename__ = "segment"

    id: str = Field(primary_key=True, sa_type=Text)
    meeting_id: str = of_meeting()
    participant_id: str = Field(sa_type=Text)
    speaker: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    start_s: float
    end_s: float
    text: str = Field(sa_type=Text)
    confidence: float
    doubt: float = 0.0
    engine: str = Field(sa_type=Text)
    words: list[dict[str, Any]] = Field(sa_type=JSON)
    version: str = Field(default=LIVE, sa_type=Text, sa_column_kwargs={"server_default": LIVE})
    sound: dict[str, Any] | None = Field(default=None, sa_type=_JSON_OR_NULL)
    other: dict[str, Any] | None = Field(default=None, sa_type=_JSON_OR_NULL)


class TranslationRow(SQLModel, table=True):
    """A segment's text in one target language."""

    __tablename__ = "translation"

    segment_id: str = Field(
        primary_key=True,
        sa_type=Text,
        sa_column_args=[ForeignKey("segment.id", ondelete="CASCADE")],
    )
    language: str = Field(primary_key=True, sa_type=Text)
    position: int
    text: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    engine: str = Field(default="", sa_type=Text)
    hops: list[str] = Field(sa_type=JSON)
    quality: float | None = None
    error: str = Field(default="", sa_type=Text)
    stamp_s: float = 0.0


class GapRow(SQLModel, table=True):
    """A stretch of sound that was lost."""

    __tablename__ = "gap"

    meeting_id: str = of_meeting(primary_key=True)
    track: str = Field(primary_key=True, sa_type=Text)
    start_s: float = Field(primary_key=True)
    end_s: float
    samples: int
    reason: str = Field(sa_type=Text)


class FactRow(SQLModel, table=True):
    """One thing known of a session, such as the audio path that was used."""

    __tablename__ = "fact"

    meeting_id: str = of_meeting(primary_key=True)
    name: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)


class RecordingRow(SQLModel, table=True):
    """Sound that is kept of one track of a meeting, from some moment on."""

    __tablename__ = "recording"

    meeting_id: str = of_meeting(primary_key=True)
    track: str = Field(primary_key=True, sa_type=Text)
    start_s: float = Field(primary_key=True)
    length_s: float
    path: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)


class VoiceprintRow(SQLModel, table=True):
    """The voice of somebody who agreed to be recognised; of no meeting."""

    __tablename__ = "voiceprint"

    id: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    model: str = Field(index=True, sa_type=Text)
    vector: bytes = Field(sa_type=LargeBinary)
    sound_s: float
    consent: str = Field(sa_type=Text)
    consent_at: datetime = Field(sa_type=UtcTime)

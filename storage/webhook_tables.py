"""The tables of webhooks, their messages, and answers that are given again."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables import UtcTime


class WebhookRow(SQLModel, table=True):
    """An address that is told what happens."""

    __tablename__ = "webhook"

    id: str = Field(primary_key=True, sa_type=Text)
    url: str = Field(sa_type=Text)
    events: list[str] = Field(sa_type=JSON)
    description: str = Field(default="", sa_type=Text)
    by: str = Field(default="", sa_type=Text)
    secret: str = Field(sa_type=Text)
    """Sealed."""
    active: bool = True
    failing_since: datetime | None = Field(default=None, sa_type=UtcTime)
    notice: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=UtcTime)


class DeliveryRow(SQLModel, table=True):
    """One message to one webhook; a meeting's messages go when the meeting goes."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_delivery_due", "webhook_id", "state", "next_at"),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    webhook_id: str = Field(
        sa_type=Text, sa_column_args=[ForeignKey("webhook.id", ondelete="CASCADE")]
    )
    event_id: str = Field(sa_type=Text)
    event: str = Field(sa_type=Text)
    meeting_id: str | None = Field(
        default=None,
        index=True,
        sa_type=Text,
        sa_column_args=[ForeignKey("meeting.id", ondelete="CASCADE")],
    )
    body: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    tries: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcTime)
    status: int = 0
    error: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(index=True, sa_type=UtcTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcTime)


class KeptAnswerRow(SQLModel, table=True):
    """What was answered to a request with an idempotency key."""

    __tablename__ = "kept_answer"

    owner: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    at: datetime = Field(index=True, sa_type=UtcTime)
    answer: str = Field(default="", sa_type=Text)
    """Sealed; empty while it is being made."""

"""The table of the bots that run."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlmodel import Field, SQLModel

from storage.tables import UtcTime


class BotRow(SQLModel, table=True):
    """The process that attends a meeting, and when it was last heard of."""

    __tablename__ = "bot"

    meeting_id: str = Field(
        primary_key=True,
        sa_type=Text,
        sa_column_args=[ForeignKey("meeting.id", ondelete="CASCADE")],
    )
    host: str = Field(sa_type=Text)
    pid: int
    started_at: datetime = Field(sa_type=UtcTime)
    beat_at: datetime = Field(sa_type=UtcTime)

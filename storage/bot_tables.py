"""The table of the bots that run."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.tables import UtcTime, of_meeting


class BotRow(SQLModel, table=True):
    """The process that attends a meeting, and when it was last heard of."""

    __tablename__ = "bot"

    meeting_id: str = of_meeting(primary_key=True)
    host: str = Field(sa_type=Text)
    pid: int
    started_at: datetime = Field(sa_type=UtcTime)
    beat_at: datetime = Field(sa_type=UtcTime)

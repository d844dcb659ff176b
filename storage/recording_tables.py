"""The table that leads from what was said to the sound in which it was heard."""

from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlmodel import Field, SQLModel


def _of_segment() -> Any:
    return Field(
        primary_key=True,
        sa_type=Text,
        sa_column_args=[ForeignKey("segment.id", ondelete="CASCADE")],
    )


class SegmentSoundRow(SQLModel, table=True):
    """A piece of recorded sound in which a segment was heard."""

    __tablename__ = "segment_sound"

    segment_id: str = _of_segment()
    sha256: str = Field(primary_key=True, sa_type=Text)
    """Of the piece's file."""

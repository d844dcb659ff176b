"""The tables of calendars, their events, rules, and what was decided."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _flags(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _of_calendar(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        *_text("key", "calendar_id"),
        *columns,
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(f"ix_{table}_calendar_id", table, ["calendar_id"])


def upgrade() -> None:
    """Makes the step."""
    op.create_table(
        "calendar",
        *_text("id", "kind", "title"),
        sa.Column("options", sa.JSON(), nullable=False),
        *_text("sealed", "cursor"),
        sa.Column("covered_until", UtcTime(), nullable=True),
        sa.Column("synced_at", UtcTime(), nullable=True),
        *_text("error"),
        sa.PrimaryKeyConstraint("id"),
    )
    _of_calendar(
        "calendar_event",
        *_text("uid", "occurrence", "title"),
        sa.Column("start", UtcTime(), nullable=False),
        sa.Column("end", UtcTime(), nullable=False),
        *_text("link", "organiser"),
        sa.Column("attendees", sa.JSON(), nullable=False),
        *_flags("cancelled", "declined", "invites_bot", "all_day"),
        sa.Column("seen_at", UtcTime(), nullable=False),
    )
    op.create_index("ix_calendar_event_start", "calendar_event", ["start"])
    op.create_index("ix_calendar_event_end", "calendar_event", ["end"])
    _of_calendar("event_word", *_text("decision", "by"), sa.Column("at", UtcTime(), nullable=False))
    _of_calendar(
        "attendance",
        sa.Column("start", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        *_text("meeting_id", "missed"),
        sa.Column("next_at", UtcTime(), nullable=True),
        *_flags("over"),
    )
    op.create_table(
        "calendar_rule",
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        *_text("name", "decision", "calendar", "organiser", "title", "attendee"),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("deliver_to", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )

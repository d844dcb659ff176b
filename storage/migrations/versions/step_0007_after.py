"""Edits, notes, and the index of the search."""

import sqlalchemy as sa
from alembic import op

from storage.search_schema import schema
from storage.tables import Long, UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the step. Everything that is stored is due to be indexed."""
    _edits()
    _notes()
    _search()


def _edits() -> None:
    op.create_table(
        "edit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("undone_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_edit_meeting_id"), "edit", ["meeting_id"], unique=False)


def _notes() -> None:
    op.create_table(
        "note",
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("meeting_id", "language"),
    )
    op.create_index(op.f("ix_note_made_at"), "note", ["made_at"], unique=False)


def _search() -> None:
    op.create_table(
        "search_due",
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("meeting_id", "segment_id"),
    )
    op.create_table(
        "search_text",
        sa.Column("id", Long, nullable=False, autoincrement=False),
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("meeting_id", "segment_id"):
        op.create_index(op.f(f"ix_search_text_{column}"), "search_text", [column], unique=False)
    for statement in schema(op.get_bind().dialect.name):
        op.execute(statement)
    op.execute("INSERT INTO search_due SELECT meeting_id, id FROM segment")

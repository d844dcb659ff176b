"""Versions of a transcript, sound quality, a second source's words, kept sound, voiceprints."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the step. Columns are added in place: SQLite would empty `translation` if the
    table it refers to were made anew."""
    op.add_column("segment", sa.Column("version", sa.Text(), nullable=False, server_default="live"))
    op.add_column("segment", sa.Column("sound", sa.JSON(), nullable=True))
    op.add_column("segment", sa.Column("other", sa.JSON(), nullable=True))
    op.create_table(
        "recording",
        sa.Column("meeting_id", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("length_s", sa.Float(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("meeting_id", "track", "start_s"),
    )
    op.create_table(
        "voiceprint",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("sound_s", sa.Float(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("consent_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_voiceprint_model"), "voiceprint", ["model"], unique=False)

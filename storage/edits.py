"""What people changed in transcripts: kept beside the segments, which stay as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from storage.after_tables import EditRow
from storage.database import Database


class EditKind(StrEnum):
    """What was changed."""

    TEXT = "text"
    """A segment's words, or its translation into a language."""
    SPEAKER = "speaker"
    """Who said a segment."""
    NAME = "name"
    """A speaker's name, everywhere in the meeting."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by a person."""

    id: str
    meeting_id: str
    kind: EditKind
    target: str
    """A segment's id; for NAME a participant's id or a name."""
    value: str
    by: str
    at: datetime
    language: str = ""
    """Of a corrected translation; empty for the words as spoken."""


class SqlEditStore:
    """Edits on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, meeting_id: str, kind: EditKind, target: str, value: str, *, by: str = "",
        language: str = "",
    ) -> Edit:  # fmt: skip
        """Notes a change as the newest one of its meeting. Raises StorageError."""
        edit = Edit(uuid4().hex, meeting_id, kind, target, value, by, datetime.now(UTC), language)
        await self._database.write(lambda session: _add(session, edit))
        return edit

    async def edits(self, meeting_id: str) -> Sequence[Edit]:
        """Changes that stand, in order."""
        return await self._database.read(lambda session: read_edits(session, meeting_id))

    async def restore(
        self, meeting_id: str, segment_id: str, language: str = "", kind: EditKind = EditKind.TEXT
    ) -> int:
        """Takes back every correction of a segment's text, or of its speaker; how many there
        were."""

        def work(session: Session) -> int:
            chosen = select(EditRow).where(
                *_standing(meeting_id),
                col(EditRow.kind) == kind.value,
                col(EditRow.target) == segment_id,
                col(EditRow.language) == language,
            )
            rows = session.exec(chosen).all()
            for row in rows:
                row.undone_at = datetime.now(UTC)
                session.add(row)
            return len(rows)

        return await self._database.write(work)


def _add(session: Session, edit: Edit) -> None:
    here = col(EditRow.meeting_id) == edit.meeting_id
    last = session.exec(select(func.max(EditRow.number)).where(here)).one()
    session.add(
        EditRow(
            id=edit.id,
            meeting_id=edit.meeting_id,
            number=0 if last is None else last + 1,
            kind=edit.kind.value,
            target=edit.target,
            language=edit.language,
            value=edit.value,
            by=edit.by,
            at=edit.at,
        )
    )


def read_edits(session: Session, meeting_id: str) -> list[Edit]:
    """A meeting's edits that stand, in order, within a transaction."""
    chosen = select(EditRow).where(*_standing(meeting_id)).order_by(col(EditRow.number))
    rows = session.exec(chosen)
    return [
        Edit(
            row.id, row.meeting_id, EditKind(row.kind), row.target, row.value, row.by, row.at,
            row.language,
        )
        for row in rows
    ]  # fmt: skip


def _standing(meeting_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(EditRow.meeting_id) == meeting_id, col(EditRow.undone_at).is_(None)

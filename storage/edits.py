"""What people changed in transcripts: kept beside the segments, which stay as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import func
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
    undone_at: datetime | None = None


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

    async def edits(self, meeting_id: str, *, undone: bool = False) -> Sequence[Edit]:
        """Changes in order; those that were undone too if asked for."""
        return await self._database.read(lambda session: read_edits(session, meeting_id, undone))

    async def undo(self, meeting_id: str, edit_id: str) -> bool:
        """Takes a change back; whether it stood."""
        return bool(await self._database.write(lambda s: _undo(s, meeting_id, [edit_id])))

    async def restore(
        self, meeting_id: str, segment_id: str, language: str = "", kind: EditKind = EditKind.TEXT
    ) -> int:
        """Takes back every correction of a segment's text, or of its speaker; how many there
        were."""

        def work(session: Session) -> int:
            ids = [
                edit.id
                for edit in read_edits(session, meeting_id)
                if edit.kind is kind and (edit.target, edit.language) == (segment_id, language)
            ]
            return _undo(session, meeting_id, ids)

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


def _undo(session: Session, meeting_id: str, ids: Sequence[str]) -> int:
    here = (col(EditRow.meeting_id) == meeting_id, col(EditRow.id).in_(ids))
    rows = session.exec(select(EditRow).where(*here, col(EditRow.undone_at).is_(None))).all()
    for row in rows:
        row.undone_at = datetime.now(UTC)
        session.add(row)
    return len(rows)


def read_edits(session: Session, meeting_id: str, undone: bool = False) -> list[Edit]:
    """A meeting's edits in order, within a transaction."""
    wanted = [col(EditRow.meeting_id) == meeting_id]
    if not undone:
        wanted.append(col(EditRow.undone_at).is_(None))
    rows = session.exec(select(EditRow).where(*wanted).order_by(col(EditRow.number)))
    return [
        Edit(
            row.id, row.meeting_id, EditKind(row.kind), row.target, row.value, row.by, row.at,
            row.language, row.undone_at,
        )
        for row in rows
    ]  # fmt: skip

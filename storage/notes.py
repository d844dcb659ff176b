"""Notes of meetings, in the database."""

from typing import Any

from sqlmodel import Session, col, select

from domain.serving import Notes, Point
from storage.after_tables import NoteRow
from storage.database import Database

PARTS = ("summary", "decisions", "actions")


class SqlNoteStore:
    """One set of notes per meeting and language."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, notes: Notes) -> None:
        """Stores notes in the place of those in the same language. Raises StorageError."""
        assert notes.made_at is not None
        row = NoteRow(
            meeting_id=notes.meeting_id,
            language=notes.language,
            engine=notes.engine,
            made_at=notes.made_at,
            body=to_json(notes),
        )

        def work(session: Session) -> None:
            session.merge(row)

        await self._database.write(work)

    async def notes(self, meeting_id: str, language: str = "") -> Notes | None:
        """Those in a language, or the newest in any."""

        def work(session: Session) -> Notes | None:
            here = [col(NoteRow.meeting_id) == meeting_id]
            if language:
                here.append(col(NoteRow.language) == language)
            newest = select(NoteRow).where(*here).order_by(col(NoteRow.made_at).desc()).limit(1)
            row = session.exec(newest).first()
            return _notes(row) if row else None

        return await self._database.read(work)


def to_json(notes: Notes) -> dict[str, Any]:
    """What was noted, as a JSON object."""
    return {
        "extractive": notes.extractive,
        **{part: [_point(point) for point in getattr(notes, part)] for part in PARTS},
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "text": point.text,
        "at_s": point.at_s,
        "segment_ids": list(point.segment_ids),
        "owner": point.owner,
        "due": point.due,
    }


def _notes(row: NoteRow) -> Notes:
    parts = {
        part: tuple(
            Point(p["text"], p["at_s"], tuple(p["segment_ids"]), p["owner"], p["due"])
            for p in row.body[part]
        )
        for part in PARTS
    }
    return Notes(
        row.meeting_id, row.language, row.engine, made_at=row.made_at,
        extractive=row.body["extractive"], **parts,
    )  # fmt: skip

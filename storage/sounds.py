"""Where the kept sound of a meeting lies."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, select

from storage.database import Database
from storage.tables import RecordingRow


@dataclass(frozen=True, slots=True)
class KeptSound:
    """Sound of one track in a file. Several tracks may lie in one file."""

    track: str
    path: str
    """Absolute."""
    sha256: str
    """Of the file, in hexadecimal; empty where it still grew."""
    start_s: float = 0.0
    """Meeting second of its first sample."""
    length_s: float = 0.0
    """0 where it is not known."""


def recording_row(meeting_id: str, sound: KeptSound) -> RecordingRow:
    """Sound as the database keeps it."""
    return RecordingRow(
        meeting_id=meeting_id,
        track=sound.track,
        start_s=sound.start_s,
        length_s=sound.length_s,
        path=sound.path,
        sha256=sound.sha256,
    )


class SqlSoundStore:
    """Kept sound on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, meeting_id: str, sounds: Sequence[KeptSound]) -> None:
        """Notes where all sound of a meeting lies, in the place of what was noted before."""

        def work(session: Session) -> None:
            session.execute(delete(RecordingRow).where(col(RecordingRow.meeting_id) == meeting_id))
            session.add_all([recording_row(meeting_id, sound) for sound in sounds])

        await self._database.write(work)

    async def kept(self, meeting_id: str) -> Sequence[KeptSound]:
        """Everything noted, by track and start."""

        def work(session: Session) -> list[KeptSound]:
            here = col(RecordingRow.meeting_id) == meeting_id
            order = (col(RecordingRow.track), col(RecordingRow.start_s))
            return [
                KeptSound(row.track, row.path, row.sha256, row.start_s, row.length_s)
                for row in session.exec(select(RecordingRow).where(here).order_by(*order))
            ]

        return await self._database.read(work)

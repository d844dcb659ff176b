"""What else is known of a session: lost sound, the audio path used, the captions' lag."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlmodel import Session, col, select

from domain.audio import Gap
from storage.database import Database
from storage.losses import settled
from storage.tables import FactRow, GapRow

TITLE = "title"
"""A meeting's title in the calendar."""

DELIVERED = "delivered"
"""To whom a transcript was sent: nothing for files that are handed on."""


class SqlFactStore:
    """Gaps and session facts on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write_gaps(self, meeting_id: str, gaps: Sequence[Gap]) -> None:
        """Stores lost stretches, of which none overlap; the same one again changes nothing."""

        def work(session: Session) -> None:
            here = col(GapRow.meeting_id) == meeting_id
            for gap in gaps:
                meets = (col(GapRow.end_s) > gap.start_s, col(GapRow.start_s) < gap.end_s)
                rows = session.exec(select(GapRow).where(here, *meets)).all()
                stored, replaced = settled([_gap(row) for row in rows], gap)
                for row in rows:
                    if _gap(row) in replaced:
                        session.delete(row)
                session.flush()
                session.merge(GapRow(meeting_id=meeting_id, **asdict(stored)))
                session.flush()

        await self._database.write(work)

    async def gaps(self, meeting_id: str) -> Sequence[Gap]:
        """Lost stretches in order of their start."""

        def work(session: Session) -> list[Gap]:
            here = col(GapRow.meeting_id) == meeting_id
            order = (col(GapRow.start_s), col(GapRow.track))
            return [_gap(row) for row in session.exec(select(GapRow).where(here).order_by(*order))]

        return await self._database.read(work)

    async def put(self, meeting_id: str, name: str, value: str) -> None:
        """Notes a fact; the last value stands."""

        def work(session: Session) -> None:
            session.merge(FactRow(meeting_id=meeting_id, name=name, value=value))

        await self._database.write(work)

    async def facts(self, meeting_id: str) -> Mapping[str, str]:
        """Everything noted, by name."""

        def work(session: Session) -> dict[str, str]:
            rows = session.exec(
                select(FactRow)
                .where(col(FactRow.meeting_id) == meeting_id)
                .order_by(col(FactRow.name))
            )
            return {row.name: row.value for row in rows}

        return await self._database.read(work)


def _gap(row: GapRow) -> Gap:
    return Gap(row.track, row.start_s, row.end_s, row.samples, row.reason)

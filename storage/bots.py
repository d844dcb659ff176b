"""The bots that run, by their heartbeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from storage.bot_tables import BotRow
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A bot's process, and when it was last heard of."""

    meeting_id: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime


class SqlBotStore:
    """One row per meeting whose bot runs, or died without a word."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Stores or renews a heartbeat."""

        def work(session: Session) -> None:
            session.merge(
                BotRow(
                    meeting_id=heartbeat.meeting_id,
                    host=heartbeat.host,
                    pid=heartbeat.pid,
                    started_at=heartbeat.started_at,
                    beat_at=heartbeat.beat_at,
                )
            )

        await self._database.write(work)

    async def heartbeats(self) -> Sequence[Heartbeat]:
        """All of them, oldest start first."""

        def work(session: Session) -> list[Heartbeat]:
            rows = session.exec(select(BotRow).order_by("started_at"))
            return [
                Heartbeat(row.meeting_id, row.host, row.pid, row.started_at, row.beat_at)
                for row in rows
            ]

        return await self._database.read(work)

    async def forget(self, meeting_id: str) -> None:
        """The bot has ended."""

        def work(session: Session) -> None:
            row = session.get(BotRow, meeting_id)
            if row is not None:
                session.delete(row)

        await self._database.write(work)

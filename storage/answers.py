"""Answers to requests with idempotency keys, kept for a day, sealed."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from domain.answers import KeptAnswer
from storage.database import Database
from storage.webhook_tables import KeptAnswerRow

KEPT = timedelta(days=1)
GIVEN_UP = timedelta(minutes=10)
"""A request that was not answered for so long was cut off: its key is free again."""


class SqlAnswerStore:
    """The AnswerStore port. `seal` and `open_` keep them from who reads the file."""

    def __init__(
        self, database: Database, seal: Callable[[str], str], open_: Callable[[str], str]
    ) -> None:
        self._database = database
        self._seal = seal
        self._open = open_

    async def begin(
        self, owner: str, key: str, fingerprint: str, at: datetime
    ) -> KeptAnswer | None:
        """Takes the key; None where it was free, else what stands under it."""

        def work(session: Session) -> tuple[str, str] | None:
            session.exec(delete(KeptAnswerRow).where(col(KeptAnswerRow.at) < at - KEPT))
            row = session.get(KeptAnswerRow, (owner, key))
            if row is not None and (row.answer or row.at > at - GIVEN_UP):
                return row.fingerprint, row.answer
            session.merge(KeptAnswerRow(owner=owner, key=key, fingerprint=fingerprint, at=at))
            return None

        found = await self._database.write(work)
        if found is None:
            return None
        known, sealed = found
        if not sealed:
            return KeptAnswer(known)
        status, headers, body = json.loads(self._open(sealed))
        return KeptAnswer(known, status, headers, body)

    async def finish(self, owner: str, key: str, answer: KeptAnswer) -> None:
        """Keeps the answer."""
        sealed = self._seal(json.dumps([answer.status, dict(answer.headers), answer.body]))

        def work(session: Session) -> None:
            row = session.get(KeptAnswerRow, (owner, key))
            if row is not None:
                row.answer = sealed
                session.add(row)

        await self._database.write(work)

    async def drop(self, owner: str, key: str) -> None:
        """Frees the key."""

        def work(session: Session) -> None:
            row = session.get(KeptAnswerRow, (owner, key))
            if row is not None:
                session.delete(row)

        await self._database.write(work)

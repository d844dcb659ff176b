"""Meetings and their states in the database."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.meetings import ENDINGS, Meeting, MeetingState, Reason, StateChange, may_follow
from storage.database import Database
from storage.failures import refused
from storage.tables import MeetingRow, StateChangeRow

SHORTEST_PREFIX = 4


class SqlMeetingStore:
    """The MeetingStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, meeting: Meeting) -> None:
        """Stores a new meeting with the steps that it has already taken."""
        await self._database.write(lambda session: _insert(session, meeting))

    async def get(self, meeting_id: str) -> Meeting | None:
        """A meeting by its id or by the beginning of it, where only one begins so."""
        return await self._database.read(lambda session: _find(session, meeting_id))

    async def recent(self, limit: int = 50) -> Sequence[Meeting]:
        """The newest meetings, newest first."""
        return await self._database.read(lambda session: _newest(session, limit))

    async def change(self, meeting_id: str, change: StateChange) -> None:
        """Takes a step and notes it; the same one again, as where nobody waited for the answer,
        changes nothing. Raises StorageError where it is not allowed."""
        await self._database.write(lambda session: _step(session, meeting_id, change))

    async def update(
        self,
        meeting_id: str,
        *,
        began_at: datetime | None = None,
        endpoint: str | None = None,
        languages: tuple[str, ...] | None = None,
    ) -> None:
        """Sets what is given."""

        def work(session: Session) -> None:
            row = _row(session, meeting_id)
            if began_at is not None:
                row.began_at = began_at
            if endpoint is not None:
                row.endpoint = endpoint
            if languages is not None:
                row.languages = list(languages)
            session.add(row)

        await self._database.write(work)


def _insert(session: Session, meeting: Meeting) -> None:
    session.add(
        MeetingRow(
            id=meeting.id,
            link=meeting.link,
            code=meeting.code,
            name=meeting.name,
            languages=list(meeting.languages),
            state=meeting.state.value,
            reason=meeting.reason.value,
            created_at=meeting.created_at,
            began_at=meeting.began_at,
            ended_at=meeting.ended_at,
            endpoint=meeting.endpoint,
        )
    )
    session.flush()
    for number, change in enumerate(meeting.changes):
        session.add(_change_row(meeting.id, number, change))


def _change_row(meeting_id: str, number: int, change: StateChange) -> StateChangeRow:
    return StateChangeRow(
        meeting_id=meeting_id,
        number=number,
        state=change.state.value,
        reason=change.reason.value,
        at=change.at,
        evidence=change.evidence,
    )


def _change(row: StateChangeRow) -> StateChange:
    return StateChange(MeetingState(row.state), Reason(row.reason), row.at, row.evidence)


def _row(session: Session, meeting_id: str) -> MeetingRow:
    row = session.get(MeetingRow, meeting_id)
    if row is None:
        raise refused("There is no such meeting.", "List the meetings and use one of their ids.")
    return row


def _find(session: Session, meeting_id: str) -> Meeting | None:
    row = session.get(MeetingRow, meeting_id)
    if row is None and len(meeting_id) >= SHORTEST_PREFIX:
        begins = func.substr(col(MeetingRow.id), 1, len(meeting_id)) == meeting_id
        found = session.exec(select(MeetingRow).where(begins).limit(2)).all()
        row = found[0] if len(found) == 1 else None
    return meetings_of(session, [row])[0] if row else None


def _newest(session: Session, limit: int) -> list[Meeting]:
    newest = (col(MeetingRow.created_at).desc(), col(MeetingRow.id).desc())
    return meetings_of(
        session, session.exec(select(MeetingRow).order_by(*newest).limit(limit)).all()
    )


def _step(session: Session, meeting_id: str, change: StateChange) -> None:
    row = _row(session, meeting_id)
    newest = col(StateChangeRow.number).desc()
    chosen = select(StateChangeRow).where(col(StateChangeRow.meeting_id) == meeting_id)
    last = session.exec(chosen.order_by(newest).limit(1)).first()
    number = 0 if last is None else last.number + 1
    if last is not None and _change(last) == change:
        return
    check_step(MeetingState(row.state), change)
    row.state = change.state.value
    row.reason = change.reason.value
    if change.state in ENDINGS:
        row.ended_at = change.at
    session.add(row)
    session.add(_change_row(meeting_id, number, change))


def check_step(state: MeetingState, change: StateChange) -> None:
    """Raises StorageError where a meeting may not go from a state to the next."""
    if not may_follow(state, change.state):
        raise refused(
            f"A meeting that is {state.value} cannot become {change.state.value}.",
            "Ask for a new meeting instead.",
        )


def meetings_of(session: Session, rows: Sequence[MeetingRow]) -> list[Meeting]:
    """The meetings of these rows, with their steps."""
    steps: defaultdict[str, list[StateChange]] = defaultdict(list)
    chosen = col(StateChangeRow.meeting_id).in_([row.id for row in rows])
    order = (col(StateChangeRow.meeting_id), col(StateChangeRow.number))
    for step in session.exec(select(StateChangeRow).where(chosen).order_by(*order)):
        steps[step.meeting_id].append(_change(step))
    return [
        Meeting(
            id=row.id,
            link=row.link,
            code=row.code,
            name=row.name,
            languages=tuple(row.languages),
            state=MeetingState(row.state),
            created_at=row.created_at,
            began_at=row.began_at,
            ended_at=row.ended_at,
            reason=Reason(row.reason),
            endpoint=row.endpoint,
            changes=tuple(steps[row.id]),
        )
        for row in rows
    ]

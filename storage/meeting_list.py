"""Lists of meetings: filtered, newest first, page by page."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from domain.errors import UsageError
from domain.meetings import Meeting, MeetingState
from storage.database import Database
from storage.facts import TITLE
from storage.meetings import meetings_of
from storage.tables import FactRow, MeetingRow, SegmentRow

MOST = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A meeting with what a list shows of it."""

    meeting: Meeting
    title: str
    speakers: tuple[str, ...]


class SqlMeetingList:
    """Reads pages of meetings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        text: str = "",
        states: frozenset[MeetingState] = frozenset(),
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        limit: int = 20,
        cursor: str = "",
    ) -> tuple[Sequence[Listed], str]:
        """Meetings, and the cursor of the next page. Raises UsageError for a wrong cursor."""
        after = _position(cursor)
        count = max(1, min(limit, MOST))

        def work(session: Session) -> list[Listed]:
            query = select(MeetingRow).order_by(
                col(MeetingRow.created_at).desc(), col(MeetingRow.id).desc()
            )
            if states:
                query = query.where(col(MeetingRow.state).in_([s.value for s in states]))
            if since is not None:
                query = query.where(col(MeetingRow.created_at) >= since)
            if until is not None:
                query = query.where(col(MeetingRow.created_at) < until)
            if after is not None:
                at, last = after
                query = query.where(
                    or_(
                        col(MeetingRow.created_at) < at,
                        and_(col(MeetingRow.created_at) == at, col(MeetingRow.id) < last),
                    )
                )
            if text:
                query = query.where(_has(text))
            return _listed(session, session.exec(query.limit(count + 1)).all())

        found = await self._database.read(work)
        more = len(found) > count
        return found[:count], _cursor(found[count - 1].meeting) if more else ""

    async def one(self, meeting: Meeting) -> Listed:
        """What a list shows of a meeting."""

        def work(session: Session) -> Listed:
            ids = [meeting.id]
            titles, speakers = _titles(session, ids), _speakers(session, ids)
            return Listed(meeting, titles.get(meeting.id, ""), speakers[meeting.id])

        return await self._database.read(work)


def _has(text: str) -> ColumnElement[bool]:
    pattern = "%" + text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    spoken = select(SegmentRow.meeting_id).where(
        col(SegmentRow.speaker).ilike(pattern, escape="\\")
    )
    titled = select(FactRow.meeting_id).where(
        col(FactRow.name) == TITLE, col(FactRow.value).ilike(pattern, escape="\\")
    )
    return or_(
        col(MeetingRow.code).ilike(pattern, escape="\\"),
        col(MeetingRow.link).ilike(pattern, escape="\\"),
        col(MeetingRow.id).in_(titled),
        col(MeetingRow.id).in_(spoken),
    )


def _listed(session: Session, rows: Sequence[MeetingRow]) -> list[Listed]:
    ids = [row.id for row in rows]
    titles, speakers = _titles(session, ids), _speakers(session, ids)
    return [
        Listed(meeting, titles.get(meeting.id, ""), speakers[meeting.id])
        for meeting in meetings_of(session, rows)
    ]


def _titles(session: Session, ids: Sequence[str]) -> dict[str, str]:
    query = select(FactRow).where(col(FactRow.meeting_id).in_(ids), col(FactRow.name) == TITLE)
    return {row.meeting_id: row.value for row in session.exec(query)}


def _speakers(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    query = (
        select(SegmentRow.meeting_id, SegmentRow.speaker)
        .where(col(SegmentRow.meeting_id).in_(ids), col(SegmentRow.speaker) != "")
        .distinct()
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for meeting_id, speaker in session.exec(query):
        found[meeting_id].append(speaker)
    return defaultdict(tuple, {key: tuple(sorted(names)) for key, names in found.items()})


def _cursor(meeting: Meeting) -> str:
    text = f"{meeting.created_at.isoformat()} {meeting.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, _, last = base64.urlsafe_b64decode(padded.encode()).decode().partition(" ")
        return datetime.fromisoformat(at), last
    except (ValueError, binascii.Error) as error:
        raise UsageError("This place in the list is not known.", "Begin at its start.") from error

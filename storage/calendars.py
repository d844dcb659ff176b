"""Calendars, rules and events in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session, col, delete, select

from domain.calendars import (
    Attendance,
    CalendarChanges,
    CalendarEvent,
    CalendarRecord,
    Decision,
    KnownEvent,
    Rule,
    Said,
)
from storage.calendar_tables import (
    AttendanceRow,
    CalendarEventRow,
    CalendarRow,
    CalendarRuleRow,
    EventWordRow,
)
from storage.database import Database

_AT_ONCE = 500
"""Keys in one question: databases limit how many."""


class SqlCalendarStore:
    """The CalendarStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def calendars(self) -> Sequence[CalendarRecord]:
        """All, by title."""

        def work(session: Session) -> list[CalendarRecord]:
            rows = session.exec(select(CalendarRow).order_by("title", "id"))
            return [CalendarRecord(**row.model_dump()) for row in rows]

        return await self._database.read(work)

    async def save(self, record: CalendarRecord) -> None:
        """Stores or replaces by id."""
        await self._database.write(lambda session: _save(session, record))

    async def remove(self, calendar_id: str) -> bool:
        """Forgets a calendar and all that belongs to it."""

        def work(session: Session) -> bool:
            for table in (CalendarEventRow, EventWordRow, AttendanceRow):
                session.exec(delete(table).where(col(table.calendar_id) == calendar_id))
            row = session.get(CalendarRow, calendar_id)
            if row is not None:
                session.delete(row)
            return row is not None

        return await self._database.write(work)

    async def rules(self) -> Sequence[Rule]:
        """In order."""

        def work(session: Session) -> list[Rule]:
            rows = session.exec(select(CalendarRuleRow).order_by("position"))
            return [_rule(row) for row in rows]

        return await self._database.read(work)

    async def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces all."""

        def work(session: Session) -> None:
            session.exec(delete(CalendarRuleRow))
            for position, rule in enumerate(rules):
                session.add(
                    CalendarRuleRow(
                        position=position,
                        name=rule.name,
                        decision=rule.decision.value,
                        calendar=rule.calendar,
                        organiser=rule.organiser,
                        title=rule.title,
                        attendee=rule.attendee,
                        languages=list(rule.languages),
                        deliver_to=list(rule.deliver_to),
                    )
                )

        await self._database.write(work)


class SqlEventStore:
    """The EventStore port on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def apply(
        self, record: CalendarRecord, changes: CalendarChanges, window: tuple[datetime, datetime]
    ) -> None:
        """Stores what a sync brought, in one transaction with the record's cursor."""

        def work(session: Session) -> None:
            if session.get(CalendarRow, record.id) is None:
                return
            _save(session, record)
            seen_at = record.synced_at or datetime.now(UTC)
            keys = {event.key for event in changes.events}
            for row in _rows_of(session, record.id, keys, changes, window):
                if row.key in keys:
                    continue
                row.cancelled = True
                session.add(row)
            _put(session, changes.events, seen_at)

        await self._database.write(work)

    async def known(self, start: datetime, end: datetime) -> Sequence[KnownEvent]:
        """Events that overlap a window, by start."""

        def work(session: Session) -> list[KnownEvent]:
            found = (
                select(CalendarEventRow, EventWordRow, AttendanceRow)
                .join(EventWordRow, col(EventWordRow.key) == CalendarEventRow.key, isouter=True)
                .join(AttendanceRow, col(AttendanceRow.key) == CalendarEventRow.key, isouter=True)
                .where(col(CalendarEventRow.start) < end, col(CalendarEventRow.end) >= start)
                .order_by(col(CalendarEventRow.start), col(CalendarEventRow.key))
            )
            return [
                KnownEvent(_event(row), row.seen_at, _said(word), _attendance(attendance))
                for row, word, attendance in session.exec(found)
            ]

        return await self._database.read(work)

    async def say(self, said: Said) -> None:
        """Keeps a person's word; undecided takes it back."""

        def work(session: Session) -> None:
            session.exec(delete(EventWordRow).where(col(EventWordRow.key) == said.event_key))
            event = session.get(CalendarEventRow, said.event_key)
            if event is None or said.decision is Decision.UNDECIDED:
                return
            session.add(
                EventWordRow(
                    key=said.event_key,
                    calendar_id=event.calendar_id,
                    decision=said.decision.value,
                    by=said.by,
                    at=said.at,
                )
            )

        await self._database.write(work)

    async def note(self, attendances: Sequence[Attendance]) -> None:
        """Stores or replaces by event; of events that are not known nothing is kept."""

        def work(session: Session) -> None:
            for attendance in attendances:
                event = session.get(CalendarEventRow, attendance.event_key)
                if event is not None:
                    session.merge(_attendance_row(attendance, event.calendar_id))

        await self._database.write(work)

    async def prune(self, before: datetime) -> int:
        """Forgets what ended before; the number of events."""

        def work(session: Session) -> int:
            old = select(CalendarEventRow.key).where(col(CalendarEventRow.end) < before)
            keys = list(session.exec(old))
            for some in _portions(keys):
                for table in (EventWordRow, AttendanceRow, CalendarEventRow):
                    session.exec(delete(table).where(col(table.key).in_(some)))
            return len(keys)

        return await self._database.write(work)


def _portions(keys: Iterable[str]) -> list[list[str]]:
    given = list(keys)
    return [given[n : n + _AT_ONCE] for n in range(0, len(given), _AT_ONCE)]


def _save(session: Session, record: CalendarRecord) -> None:
    session.merge(
        CalendarRow(
            id=record.id,
            kind=record.kind,
            title=record.title,
            options=dict(record.options),
            sealed=record.sealed,
            cursor=record.cursor,
            covered_until=record.covered_until,
            synced_at=record.synced_at,
            error=record.error,
        )
    )


def _rows_of(
    session: Session,
    calendar_id: str,
    present: set[str],
    changes: CalendarChanges,
    window: tuple[datetime, datetime],
) -> list[CalendarEventRow]:
    """The rows that a sync speaks of: those that are in `present` have not gone."""
    start, end = window
    mine = select(CalendarEventRow).where(col(CalendarEventRow.calendar_id) == calendar_id)
    within = mine.where(col(CalendarEventRow.start) < end, col(CalendarEventRow.end) > start)
    found: list[CalendarEventRow] = []
    if changes.full:
        found += session.exec(within)
    for some in _portions(changes.series):
        found += session.exec(within.where(col(CalendarEventRow.uid).in_(some)))
    for some in _portions(set(changes.gone) - present):
        found += session.exec(mine.where(col(CalendarEventRow.key).in_(some)))
    return found


def _put(session: Session, events: Sequence[CalendarEvent], seen_at: datetime) -> None:
    known: dict[str, CalendarEventRow] = {}
    for some in _portions(event.key for event in events):
        rows = session.exec(select(CalendarEventRow).where(col(CalendarEventRow.key).in_(some)))
        known.update((row.key, row) for row in rows)
    for event in events:
        row = known.get(event.key)
        moved = row is None or row.start != event.start or row.cancelled
        fresh = _event_row(event, seen_at if row is None or moved else row.seen_at)
        if row is None:
            session.add(fresh)
            known[event.key] = fresh
        else:
            row.sqlmodel_update(fresh.model_dump())
            session.add(row)


def _event_row(event: CalendarEvent, seen_at: datetime) -> CalendarEventRow:
    return CalendarEventRow(
        key=event.key,
        calendar_id=event.calendar_id,
        uid=event.uid,
        occurrence=event.occurrence,
        title=event.title,
        start=event.start.astimezone(UTC),
        end=event.end.astimezone(UTC),
        link=event.link,
        organiser=event.organiser,
        attendees=list(event.attendees),
        cancelled=event.cancelled,
        declined=event.declined,
        invites_bot=event.invites_bot,
        all_day=event.all_day,
        seen_at=seen_at,
    )


def _event(row: CalendarEventRow) -> CalendarEvent:
    plain = row.model_dump(exclude={"key", "seen_at"})
    return replace(CalendarEvent(**plain), attendees=tuple(row.attendees))


def _said(row: EventWordRow | None) -> Said | None:
    return None if row is None else Said(row.key, Decision(row.decision), row.by, row.at)


def _attendance(row: AttendanceRow | None) -> Attendance | None:
    if row is None:
        return None
    plain = row.model_dump(exclude={"key", "calendar_id"})
    return Attendance(event_key=row.key, **plain)


def _attendance_row(attendance: Attendance, calendar_id: str) -> AttendanceRow:
    return AttendanceRow(
        key=attendance.event_key,
        calendar_id=calendar_id,
        start=attendance.start,
        tries=attendance.tries,
        meeting_id=attendance.meeting_id,
        missed=attendance.missed,
        next_at=attendance.next_at,
        over=attendance.over,
    )


def _rule(row: CalendarRuleRow) -> Rule:
    return Rule(
        name=row.name,
        decision=Decision(row.decision),
        calendar=row.calendar,
        organiser=row.organiser,
        title=row.title,
        attendee=row.attendee,
        languages=tuple(row.languages),
        deliver_to=tuple(row.deliver_to),
    )

"""Deletes what has been kept long enough: rows, files and what the search knows of them."""

import asyncio
import logging
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func
from sqlalchemy import text as sql
from sqlmodel import Session, col, delete, select

from domain.meetings import ENDINGS
from storage.after_tables import NoteRow
from storage.database import Database
from storage.failures import storage_error
from storage.recording_tables import SegmentSoundRow
from storage.tables import MeetingRow, RecordingRow, SegmentRow
from storage.webhook_tables import KeptAnswerRow

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What is kept for its own time."""

    SOUND = "sound"
    TRANSCRIPTS = "transcripts"
    """The whole meeting, with everything that belongs to it."""
    NOTES = "notes"
    LOGS = "logs"


@dataclass(frozen=True, slots=True)
class Expired:
    """Something whose time is over, or that is to be deleted."""

    kind: Kind
    meeting_id: str
    since: datetime
    paths: tuple[Path, ...] = ()


class Retention:
    """Finds and really deletes. `folder` is the one of the meetings' files, one folder each.

    Sound is deleted where it lies in that folder or in one of `own`; a recording that somebody
    brought from elsewhere stays, only the note of it goes. Logs are the files of a meeting's
    folder that end in .log or .log.N, and those of its folder evidence. Meetings that have not
    ended are left alone.
    """

    def __init__(self, database: Database, folder: Path, own: Sequence[Path] = ()) -> None:
        self._database = database
        self._folder = folder
        self._own = [path.resolve() for path in (folder, *own)]
        self._unscrubbed = database.kind == "sqlite"
        """Deleted rows may stand in the database's files, also those of an earlier process; on
        PostgreSQL that is not looked into for nothing, it takes long."""

    async def expired(self, days: Mapping[Kind, float], now: datetime) -> Sequence[Expired]:
        """What is older than its kind may be, oldest first; kinds without days are kept."""
        found: list[Expired] = []
        for kind, allowed in days.items():
            before = now - timedelta(days=allowed)
            found += await self._database.read(_FINDERS[kind](before, self._folder))
        whole = {each.meeting_id for each in found if each.kind is Kind.TRANSCRIPTS}
        rest = (e for e in found if e.kind is Kind.TRANSCRIPTS or e.meeting_id not in whole)
        return sorted(rest, key=lambda each: (each.since, each.kind, each.meeting_id))

    async def meeting(self, meeting_id: str) -> Expired | None:
        """A meeting as something to delete; None where there is none, or it goes on."""

        def work(session: Session) -> Expired | None:
            row = session.get(MeetingRow, meeting_id)
            if row is None or row.state not in _ENDED:
                return None
            return _whole(session, row, self._folder)

        return await self._database.read(work)

    async def delete(self, expired: Sequence[Expired]) -> None:
        """Deletes for good: files first, then rows, then what was deleted from the index and
        the log beside the database. Raises StorageError; deleting again, even nothing, completes
        it."""
        for each in expired:
            ours = [path for path in each.paths if self._is_ours(path)]
            await asyncio.to_thread(_remove, ours, self._folder / each.meeting_id)
            if each.kind is not Kind.LOGS:
                self._unscrubbed = True
                await self._database.write(_DELETERS[each.kind](each.meeting_id))
        if any(each.kind is Kind.TRANSCRIPTS for each in expired):
            await self._database.write(_purge_index)
        if self._unscrubbed:
            await self._database.scrub()
            self._unscrubbed = False
        for kind in Kind:
            count = sum(each.kind is kind for each in expired)
            if count:
                log.info("deleted %s of %d meetings", kind.value, count)

    def _is_ours(self, path: Path) -> bool:
        # The way to it may lead over links; it may be one itself, and then that one is meant.
        real = path.parent.resolve() / path.name
        return any(real.is_relative_to(own) for own in self._own)


_ENDED = tuple(state.value for state in ENDINGS)
_OVER = func.coalesce(MeetingRow.ended_at, MeetingRow.created_at)
Finder = Callable[[Session], list[Expired]]


def _ended(session: Session, before: datetime) -> list[MeetingRow]:
    over = (col(MeetingRow.state).in_(_ENDED), before > _OVER)
    return list(session.exec(select(MeetingRow).where(*over)))


def _since(row: MeetingRow) -> datetime:
    return row.ended_at or row.created_at


def _sounds(session: Session, meeting_id: str) -> tuple[Path, ...]:
    """Files of kept sound that no other meeting refers to."""
    here = col(RecordingRow.meeting_id) == meeting_id
    own = set(session.exec(select(RecordingRow.path).where(here)))
    others = select(RecordingRow.path).where(~here, col(RecordingRow.path).in_(own))
    shared = set(session.exec(others))
    return tuple(Path(path) for path in sorted(own - shared))


RECORDING = "recording"
"""In a meeting's folder: its recorded sound, with what tells of it."""


def _recording(folder: Path, meeting_id: str) -> tuple[Path, ...]:
    found = folder / meeting_id / RECORDING
    return (found,) if found.is_dir() else ()


def _whole(session: Session, row: MeetingRow, folder: Path) -> Expired:
    paths = (*_sounds(session, row.id), folder / row.id)
    return Expired(Kind.TRANSCRIPTS, row.id, _since(row), paths)


def _find_transcripts(before: datetime, folder: Path) -> Finder:
    return lambda session: [_whole(session, row, folder) for row in _ended(session, before)]


def _find_sound(before: datetime, folder: Path) -> Finder:
    def find(session: Session) -> list[Expired]:
        with_sound = set(session.exec(select(RecordingRow.meeting_id).distinct()))
        return [
            Expired(
                Kind.SOUND,
                row.id,
                _since(row),
                (*_sounds(session, row.id), *_recording(folder, row.id)),
            )
            for row in _ended(session, before)
            if row.id in with_sound or _recording(folder, row.id)
        ]

    return find


def _find_notes(before: datetime, _folder: Path) -> Finder:
    def find(session: Session) -> list[Expired]:
        made = func.max(NoteRow.made_at)
        old = select(NoteRow.meeting_id, made).group_by(col(NoteRow.meeting_id))
        return [
            Expired(Kind.NOTES, meeting_id, made_at)
            for meeting_id, made_at in session.exec(old.having(made < before))
        ]

    return find


def _find_logs(before: datetime, folder: Path) -> Finder:
    def find(session: Session) -> list[Expired]:
        found = []
        for row in _ended(session, before):
            own = folder / row.id
            logs = (*sorted(own.glob("*.log*")), *sorted((own / "evidence").glob("*")))
            if logs:
                found.append(Expired(Kind.LOGS, row.id, _since(row), logs))
        return found

    return find


_FINDERS = {
    Kind.SOUND: _find_sound,
    Kind.TRANSCRIPTS: _find_transcripts,
    Kind.NOTES: _find_notes,
    Kind.LOGS: _find_logs,
}


def _delete_meeting(meeting_id: str) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        session.execute(delete(MeetingRow).where(col(MeetingRow.id) == meeting_id))
        # They are sealed, and nobody knows which of them repeat the meeting's words.
        session.execute(delete(KeptAnswerRow))

    return work


def _delete_sound(meeting_id: str) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        session.execute(delete(RecordingRow).where(col(RecordingRow.meeting_id) == meeting_id))
        own = select(SegmentRow.id).where(col(SegmentRow.meeting_id) == meeting_id)
        session.execute(delete(SegmentSoundRow).where(col(SegmentSoundRow.segment_id).in_(own)))

    return work


def _delete_notes(meeting_id: str) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        session.execute(delete(NoteRow).where(col(NoteRow.meeting_id) == meeting_id))

    return work


_DELETERS = {
    Kind.SOUND: _delete_sound,
    Kind.TRANSCRIPTS: _delete_meeting,
    Kind.NOTES: _delete_notes,
}


def _purge_index(session: Session) -> None:
    """Merges the index into one piece: words of deleted texts stay in older pieces till then."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sql("INSERT INTO search_index(search_index) VALUES ('optimize')"))


def _remove(paths: Sequence[Path], folder: Path) -> None:
    """Overwrites and deletes files; of folders, only a meeting's own. Blocks."""
    try:
        for path in paths:
            if path.is_dir() and not path.is_symlink():
                if path.is_relative_to(folder):
                    for file in path.rglob("*"):
                        _wipe(file)
                    shutil.rmtree(path)
            elif path.exists() or path.is_symlink():
                _wipe(path)
                path.unlink()
    except OSError as error:
        raise storage_error(error, str(folder)) from error


def _wipe(path: Path) -> None:
    """Overwrites a file once; disks that write elsewhere (flash, snapshots) keep copies."""
    if path.is_symlink() or not path.is_file():
        return
    with suppress(PermissionError), path.open("r+b", buffering=0) as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20))) or 0
        os.fsync(file.fileno())

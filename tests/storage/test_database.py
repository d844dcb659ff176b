"""The database opens, migrates, refuses in plain words, and takes writers side by side."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from domain.audio import Gap
from domain.errors import StorageError
from domain.meetings import Meeting
from domain.transcripts import Segment
from storage.database import Database
from storage.facts import SqlFactStore
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore


async def test_migrations_lead_to_the_tables_as_they_are(database: Database) -> None:
    def drift(session: Session) -> list[object]:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, _: kind != "table" or not _of_the_index(name),
        }
        context = MigrationContext.configure(session.connection(), opts=options)
        return list(compare_metadata(context, SQLModel.metadata))

    assert await database.read(drift) == []


def _of_the_index(name: str | None) -> bool:
    """The tables that FTS5 makes for itself."""
    return bool(name) and name.startswith("search_index")


async def test_sqlite_is_set_up_to_be_durable(sqlite_file: Database) -> None:
    def pragmas(session: Session) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in names}

    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert await sqlite_file.read(pragmas) == wanted


async def test_opening_again_keeps_everything(empty: str | Path, meeting: Meeting) -> None:
    path = empty.parent / "new folder" / empty.name if isinstance(empty, Path) else empty
    async with Database(path) as first:
        await SqlMeetingStore(first).create(meeting)
    async with Database(f"sqlite:///{path}" if isinstance(path, Path) else path) as again:
        assert await SqlMeetingStore(again).get(meeting.id) == meeting


async def test_two_open_an_empty_database_at_once(empty: str | Path, meeting: Meeting) -> None:
    async def one(identity: str) -> None:
        async with Database(empty) as database:
            values = {"id": identity}
            await SqlMeetingStore(database).create(type(meeting)(**{**_fields(meeting), **values}))

    async with asyncio.TaskGroup() as group:
        for identity in ("first", "second"):
            group.create_task(one(identity))
    async with Database(empty) as database:
        stored = await SqlMeetingStore(database).recent()
    assert {m.id for m in stored} == {"first", "second"}


def _fields(meeting: Meeting) -> dict[str, object]:
    return {name: getattr(meeting, name) for name in type(meeting).__dataclass_fields__}


async def test_a_damaged_file_is_told_in_two_lines(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StorageError) as raised:
        async with Database(path):
            pass
    assert "damaged" in raised.value.message
    assert str(path) in raised.value.remedy


async def test_a_folder_that_cannot_be_is_told_in_two_lines(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as raised:
        async with Database(tmp_path / "file" / "dragoman.db"):
            pass
    assert raised.value.remedy


async def test_a_full_disk_is_told_in_two_lines(
    sqlite_file: Database, meeting: Meeting, segment: Callable[..., Segment]
) -> None:
    def limit(session: Session) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count={pages}"))

    await SqlMeetingStore(sqlite_file).create(meeting)
    await sqlite_file.write(limit)
    store = SqlTranscriptStore(sqlite_file)
    with pytest.raises(StorageError, match="disk is full"):
        await store.write([segment(f"s{i}", "word " * 500) for i in range(50)])
    assert list(await store.segments(meeting.id)) == []


async def test_a_database_from_the_future_is_refused(empty: str | Path) -> None:
    async with Database(empty) as database:
        await database.write(
            lambda s: s.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        )
    with pytest.raises(StorageError, match="another version"):
        async with Database(empty):
            pass


async def test_a_segment_needs_its_meeting(
    database: Database, segment: Callable[..., Segment]
) -> None:
    with pytest.raises(StorageError) as raised:
        await SqlTranscriptStore(database).write([segment()])
    assert raised.value.retry is False


async def test_gaps_and_facts_are_kept_once(database: Database, stored_meeting: Meeting) -> None:
    facts = SqlFactStore(database)
    gaps = [Gap("t2", 9.0, 9.5, 8000, "stall"), Gap("t1", 1.0, 2.0, 16000, "socket")]
    await facts.write_gaps(stored_meeting.id, gaps)
    await facts.write_gaps(stored_meeting.id, gaps)
    await facts.put(stored_meeting.id, "audio_path", "tracks")
    await facts.put(stored_meeting.id, "audio_path", "mix")
    assert list(await facts.gaps(stored_meeting.id)) == gaps[::-1]
    assert await facts.facts(stored_meeting.id) == {"audio_path": "mix"}

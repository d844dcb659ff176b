"""What is deleted is gone: rows, files, the index, the bytes of the database."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from sqlmodel import Session, SQLModel

from domain.answers import KeptAnswer
from domain.errors import StorageError
from domain.meetings import Meeting, MeetingState
from domain.serving import Notes, Point, Query
from domain.transcripts import Segment
from storage import sqlite
from storage.answers import SqlAnswerStore
from storage.database import Database
from storage.edits import EditKind, SqlEditStore
from storage.meetings import SqlMeetingStore
from storage.notes import SqlNoteStore
from storage.retention import Kind, Retention
from storage.search import SqlSearch
from storage.sounds import KeptSound, SqlSoundStore
from storage.transcripts import SqlTranscriptStore

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = "Xylophonquartett"


async def _meeting(
    database: Database, folder: Path, meeting: Meeting, segment: Segment, age_days: float
) -> None:
    ended = NOW - timedelta(days=age_days)
    await SqlMeetingStore(database).create(
        replace(meeting, state=MeetingState.ENDED, created_at=ended, ended_at=ended)
    )
    await SqlTranscriptStore(database).write([replace(segment, meeting_id=meeting.id)])
    point = Point(f"They spoke of {segment.text}", 1.0, (segment.id,))
    await SqlNoteStore(database).save(
        Notes(meeting.id, "en", "extractive", (point,), made_at=ended, extractive=True)
    )
    await SqlEditStore(database).add(
        meeting.id, EditKind.TEXT, segment.id, f"{segment.text} indeed"
    )
    (folder / meeting.id / "evidence").mkdir(parents=True)
    for name in ("bot.log", "bot.log.1", "track-0.pcm", "evidence/x-removed.png"):
        (folder / meeting.id / name).write_text(SECRET)
    sound = KeptSound("t", str(folder / meeting.id / "track-0.pcm"), "")
    await SqlSoundStore(database).keep(meeting.id, [sound])


@pytest.fixture
async def retention(
    database: Database, meeting: Meeting, segment: Callable[..., Segment], tmp_path: Path
) -> Retention:
    folder = tmp_path / "meetings"
    said = segment("s1", f"a {SECRET}", words=())
    await _meeting(database, folder, meeting, said, 40)
    young = replace(meeting, id="m-0002", link="l2")
    await _meeting(database, folder, young, segment("s2", "something else"), 3)
    return Retention(database, folder)


async def _rows(database: Database) -> dict[str, int]:
    def count(session: Session) -> dict[str, int]:
        names = [*SQLModel.metadata.tables, "search_index"]
        counts = {n: session.execute(sql(f'SELECT count(*) FROM "{n}"')).scalar() for n in names}
        return {name: found for name, found in counts.items() if found}

    return await database.read(count)


async def test_each_kind_has_its_own_time(
    retention: Retention, database: Database, tmp_path: Path
) -> None:
    days = {Kind.SOUND: 7.0, Kind.NOTES: 30.0, Kind.LOGS: 1.0}
    before = await _rows(database)
    found = await retention.expired(days, NOW)
    assert [(each.kind, each.meeting_id) for each in found] == [
        (Kind.LOGS, "m-0001"),
        (Kind.NOTES, "m-0001"),
        (Kind.SOUND, "m-0001"),
        (Kind.LOGS, "m-0002"),
    ]
    assert await _rows(database) == before
    await retention.delete(found)
    assert await retention.expired(days, NOW) == []
    assert not list((tmp_path / "meetings").glob("*/evidence/*"))
    assert await SqlSoundStore(database).kept("m-0001") == []
    assert await SqlNoteStore(database).notes("m-0001") is None
    assert await SqlNoteStore(database).notes("m-0002") is not None
    assert len(await SqlTranscriptStore(database).segments("m-0001")) == 1


async def test_a_deleted_meeting_leaves_nothing(
    retention: Retention, database: Database, tmp_path: Path
) -> None:
    assert (await SqlSearch(database).find(Query(SECRET))).total == 1
    answers = SqlAnswerStore(database, str, str)
    await answers.begin("a", "k", "print", NOW)
    await answers.finish("a", "k", KeptAnswer("print", 200, {}, f"They spoke of {SECRET}"))
    found = await retention.expired({Kind.TRANSCRIPTS: 30.0, Kind.NOTES: 30.0}, NOW)
    assert [(each.kind, each.meeting_id) for each in found] == [(Kind.TRANSCRIPTS, "m-0001")]
    await retention.delete(found)
    assert not (tmp_path / "meetings" / "m-0001").exists()
    assert (tmp_path / "meetings" / "m-0002").exists()
    assert list((await SqlSearch(database).find(Query(SECRET))).hits) == []
    # What PostgreSQL frees, it overwrites in its own time.
    files = ("dragoman.db", "dragoman.db-wal") if database.kind == "sqlite" else ()
    for name in files:
        content = (tmp_path / name).read_bytes().lower()
        assert SECRET.lower().encode() not in content, name
        assert SECRET.lower().encode()[4:] not in content, name
    whole = await retention.meeting("m-0002")
    assert whole is not None
    await retention.delete([whole])
    rows = await _rows(database)
    rows.pop("account_key", None)
    assert rows == {}


async def test_files_go_from_a_data_folder_behind_a_link(
    retention: Retention, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    linked = Retention(database, tmp_path / "link" / "meetings", [tmp_path / "link"])
    await linked.delete(await linked.expired({Kind.TRANSCRIPTS: 30.0}, NOW))
    assert not (tmp_path / "meetings" / "m-0001").exists()


async def test_what_a_reader_held_back_goes_at_the_next_try(
    meeting: Meeting, segment: Callable[..., Segment], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    hasty = ("PRAGMA busy_timeout=50", *sqlite._PRAGMAS[1:])
    monkeypatch.setattr(sqlite, "_PRAGMAS", hasty)
    log, days = tmp_path / "d.db-wal", {Kind.TRANSCRIPTS: 30.0}
    async with Database(tmp_path / "d.db") as database:
        said = segment("s1", f"a {SECRET}", words=())
        await _meeting(database, tmp_path / "meetings", meeting, said, 40)
        retention = Retention(database, tmp_path / "meetings")
        with closing(sqlite3.connect(tmp_path / "d.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM segment").fetchall()
            with pytest.raises(StorageError, match="still in the log"):
                await retention.delete(await retention.expired(days, NOW))
        assert SECRET.encode() in log.read_bytes()
        again = Retention(database, tmp_path / "meetings")
        await again.delete(await again.expired(days, NOW))
        assert log.read_bytes() == b""


async def test_what_goes_on_or_was_brought_from_elsewhere_stays(
    retention: Retention, database: Database, meeting: Meeting, tmp_path: Path
) -> None:
    running = replace(meeting, id="m-0003", created_at=NOW - timedelta(days=400))
    await SqlMeetingStore(database).create(running)
    assert await retention.meeting("m-0003") is None
    assert await retention.meeting("nowhere") is None
    brought = tmp_path / "interview.wav"
    brought.write_bytes(b"sound")
    await SqlSoundStore(database).keep("m-0001", [KeptSound("t", str(brought), "")])
    found = await retention.expired({Kind.TRANSCRIPTS: 30.0}, NOW)
    assert [each.meeting_id for each in found] == ["m-0001"]
    await retention.delete(found)
    assert brought.read_bytes() == b"sound"

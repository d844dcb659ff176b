"""Meetings, segments and databases for the tests of storage."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.postgres import Cluster, NoPostgres, fresh
from domain.captions import Translation, TranslationState
from domain.meetings import Meeting, MeetingState
from domain.speech import Word
from domain.transcripts import Segment
from storage.database import Database
from storage.meetings import SqlMeetingStore

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def _words(text: str, start_s: float) -> tuple[Word, ...]:
    return tuple(
        Word(part, start_s + 0.4 * i, start_s + 0.4 * i + 0.3, 0.9)
        for i, part in enumerate(text.split())
    )


@pytest.fixture
def meeting() -> Meeting:
    return Meeting(
        id="m-0001",
        link="https://meet.google.com/abc-defg-hij",
        code="abc-defg-hij",
        name="Dragoman",
        languages=("es", "fr"),
        state=MeetingState.REQUESTED,
        created_at=NOON,
    )


@pytest.fixture
def translation() -> Callable[..., Translation]:
    def make(text: str = "Hola", **given: Any) -> Translation:
        values: dict[str, Any] = {
            "language": "es",
            "text": text,
            "state": TranslationState.FINAL,
            "engine": "apertium",
            "hops": ("en", "es"),
            "quality": 0.8,
            "stamp_s": 1.0,
        }
        return Translation(**{**values, **given})

    return make


@pytest.fixture
def segment() -> Callable[..., Segment]:
    def make(identity: str = "s1", text: str = "Hello to all", **given: Any) -> Segment:
        start_s = given.get("start_s", 1.0)
        words = _words(text, start_s)
        values: dict[str, Any] = {
            "id": identity,
            "meeting_id": "m-0001",
            "participant_id": "p1",
            "speaker": "Ana Ruiz",
            "language": "en",
            "start_s": start_s,
            "end_s": words[-1].end_s if words else start_s,
            "text": text,
            "confidence": 0.9,
            "engine": "scripted",
            "words": words,
        }
        return Segment(**{**values, **given})

    return make


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that a test may harm, as durable as in earnest."""
    try:
        with Cluster(quick=False) as made:
            yield made
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a new database on PostgreSQL."""
    try:
        with fresh() as found:
            yield found
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """The address of a new database; the test runs on each kind."""
    if request.param == "sqlite":
        return tmp_path / "dragoman.db"
    address: str = request.getfixturevalue("address")
    return address


@pytest.fixture
def lock_out(where: str | Path) -> Callable[[], Callable[[], None]]:
    """Keeps all writers out, as another program may; gives what lets them in again."""

    def lock() -> Callable[[], None]:
        if isinstance(where, Path):
            other = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
            other.execute("BEGIN IMMEDIATE")
            return other.close
        import psycopg

        connection = psycopg.connect(where)
        connection.execute("LOCK TABLE segment IN ACCESS EXCLUSIVE MODE")
        return connection.close

    return lock


@pytest.fixture
def empty(where: str | Path) -> Iterator[str | Path]:
    """The address of a database without any tables."""
    if isinstance(where, Path):
        yield where
        return
    with fresh(migrated=False) as address:
        yield address


@pytest.fixture
async def database(where: str | Path) -> AsyncIterator[Database]:
    async with Database(where) as opened:
        yield opened


@pytest.fixture
async def sqlite_file(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "file.db") as opened:
        yield opened


@pytest.fixture
async def stored_meeting(database: Database, meeting: Meeting) -> Meeting:
    await SqlMeetingStore(database).create(meeting)
    return meeting

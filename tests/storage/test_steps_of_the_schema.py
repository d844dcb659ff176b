"""A database of any earlier schema keeps everything when it is brought up to date."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Integer, MetaData, create_engine, inspect

from domain.captions import Translation, TranslationState
from domain.serving import Query
from domain.speech import Word
from storage.database import Database, _url
from storage.migrations import upgrade as upgrade_module
from storage.migrations.upgrade import upgrade
from storage.postgres import DRIVER
from storage.search import SqlSearch
from storage.transcripts import SqlTranscriptStore

STEPS = [f"{number:04}" for number in range(1, 8)]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
WORDS = [{"text": "会議", "start_s": 1.0, "end_s": 2.0, "confidence": 0.9}]
FIRST: dict[str, dict[str, Any]] = {
    "meeting": {
        "id": "m1", "link": "l", "code": "c", "name": "bot", "languages": ["es"],
        "state": "ended", "reason": "host_ended", "created_at": NOON, "endpoint": "",
    },
    "participant": {
        "meeting_id": "m1", "id": "p1", "name": "Ana", "is_self": False, "joined_s": 0.5,
    },
    "segment": {
        "id": "s1", "meeting_id": "m1", "participant_id": "p1", "speaker": "Ana",
        "language": "ja", "start_s": 1.0, "end_s": 2.0, "text": "会議", "confidence": 0.9,
        "doubt": 0.1, "engine": "x", "words": WORDS,
    },
    "translation": {
        "segment_id": "s1", "language": "es", "position": 0, "text": "Reunión", "state": "final",
        "engine": "apertium", "hops": ["ja", "es"], "quality": 0.5, "error": "", "stamp_s": 2.5,
    },
    "fact": {"meeting_id": "m1", "name": "audio_path", "value": "tracks"},
}  # fmt: skip


def _fill(connection: Connection) -> dict[str, int]:
    """One row for every table of this schema; how many there are."""
    tables = MetaData()
    tables.reflect(connection)
    for name, values in FIRST.items():
        connection.execute(tables.tables[name].insert().values(**values))
    for table in tables.sorted_tables:
        if table.name in FIRST or table.name == "alembic_version" or "search" in table.name:
            continue
        row = {column.name: _value(column) for column in table.columns}
        connection.execute(table.insert().values(**row))
    return _counts(connection)


def _value(column: Any) -> Any:
    known = {
        "meeting_id": "m1", "segment_id": "s1", "state": "ended", "reason": "host_ended",
        "kind": "name",
    }  # fmt: skip
    kind = column.type.python_type
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column.table.name
        return known.get(f"{target}_id", "x1")
    if column.name in known:
        return known[column.name]
    made = {bool: False, int: 1, float: 1.5, bytes: b"\x00\x01", datetime: NOON, dict: {}}
    return made.get(kind, "x1") if not isinstance(column.type, Integer) else 1


def _counts(connection: Connection) -> dict[str, int]:
    names = [n for n in inspect(connection).get_table_names() if not n.startswith("search_")]
    return {
        name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar() or 0
        for name in names
        if name != "alembic_version"
    }


def test_every_step_is_begun_from() -> None:
    steps = ScriptDirectory.from_config(upgrade_module._config()).walk_revisions()
    newest = [step.revision for step in steps]
    assert newest[::-1][: len(STEPS)] == STEPS
    assert len(newest) == len(STEPS) + 1, "add the step before the newest one to STEPS"


@pytest.mark.parametrize("step", STEPS)
async def test_a_database_of_an_earlier_schema_keeps_everything(
    empty: str | Path, step: str
) -> None:
    url = _url(str(empty))
    engine = create_engine(url if isinstance(empty, Path) else url.set(drivername=DRIVER))
    with engine.begin() as connection:
        upgrade(connection, step)
        before = _fill(connection)
    engine.dispose()
    async with Database(empty) as database:
        store = SqlTranscriptStore(database)
        (segment,) = await store.segments("m1")
        after = await database.read(lambda session: _counts(session.connection()))
        hits = await SqlSearch(database).find(Query("会議"))
        spanish = await SqlSearch(database).find(Query("reunion", language="es"))
    assert before.items() <= after.items()
    assert segment.words == (Word("会議", 1.0, 2.0, 0.9),)
    assert segment.translations == (
        Translation(
            "es", "Reunión", TranslationState.FINAL, "apertium", ("ja", "es"), 0.5, "", 2.5
        ),
    )
    assert [hit.segment.id for hit in (*hits.hits, *spanish.hits)] == ["s1", "s1"]

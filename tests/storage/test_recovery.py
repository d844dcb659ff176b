"""Journals of ended processes come into the store."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DataError

from domain.errors import StorageError
from domain.meetings import Meeting
from domain.transcripts import Segment
from storage.database import Database
from storage.failures import translated
from storage.journal import Journal
from storage.memory import MemoryTranscriptStore
from storage.recovery import recover
from storage.transcripts import SqlTranscriptStore

Make = Callable[..., Segment]


class RefusingStore(MemoryTranscriptStore):
    """Is busy for ever."""

    async def write(self, segments: Sequence[Segment]) -> None:
        raise StorageError("The database is busy.", "Try again.")


def _left(folder: Path, meeting_id: str, *segments: Segment) -> Path:
    journal = Journal(folder / meeting_id / "segments.jsonl")
    journal.append(segments)
    journal.release()
    return journal.path


async def test_what_ended_processes_left_is_stored_once(segment: Make, tmp_path: Path) -> None:
    path = _left(tmp_path, "m-0001", segment("a", start_s=1.0), segment("b", start_s=2.0))
    other = _left(tmp_path, "m-0002", segment("c", meeting_id="m-0002"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "segments.jsonl").touch()
    store = MemoryTranscriptStore()
    assert await recover(tmp_path, store) == 3
    assert [s.id for s in await store.segments("m-0001")] == ["a", "b"]
    assert [s.id for s in await store.segments("m-0002")] == ["c"]
    assert not path.exists()
    assert not other.exists()
    assert await recover(tmp_path, store) == 0
    assert await recover(tmp_path / "nowhere", store) == 0


async def test_bad_lines_and_odd_segments_go_aside(
    segment: Make, database: Database, stored_meeting: Meeting, tmp_path: Path
) -> None:
    odd = segment("odd", text="half of an emoji \ud83d")
    path = _left(tmp_path, stored_meeting.id, segment("a"), odd)
    with path.open("ab") as file:
        file.write(b'[]\n{"translations": 1}\n{"id": "cut off by a cra')
    _left(tmp_path, "unknown", segment("x", meeting_id="unknown"))
    _left(tmp_path, "z", segment("b", start_s=9.0))
    store = SqlTranscriptStore(database)
    assert await recover(tmp_path, store) == 2
    assert [s.id for s in await store.segments(stored_meeting.id)] == ["a", "b"]
    assert not path.exists()
    assert Journal(tmp_path / "unknown" / "segments.jsonl").holds_something
    aside = Journal(path).aside
    assert len(aside.read_bytes().splitlines()) == 4
    assert [s.id for s in Journal(aside).read()] == ["odd"]


async def test_a_held_journal_is_left_to_its_writer(segment: Make, tmp_path: Path) -> None:
    writer = Journal(tmp_path / "m-0001" / "segments.jsonl")
    writer.append([segment("a")])
    store = MemoryTranscriptStore()
    assert await recover(tmp_path, store) == 0
    assert [s.id for s in writer.read()] == ["a"]
    with pytest.raises(StorageError):
        Journal(writer.path).append([segment("b")])
    writer.release()
    assert await recover(tmp_path, store) == 1


async def test_a_refusing_store_leaves_the_journal_as_it_is(segment: Make, tmp_path: Path) -> None:
    path = _left(tmp_path, "m-0001", segment("a"), replace(segment("b"), speaker=""))
    before = path.read_bytes()
    assert await recover(tmp_path, RefusingStore()) == 0
    assert path.read_bytes() == before


async def test_what_the_database_never_takes_stops_nothing_else(
    segment: Make, tmp_path: Path
) -> None:
    class Strict(MemoryTranscriptStore):
        """As a database that takes no word of this kind."""

        async def write(self, segments: Sequence[Segment]) -> None:
            with translated("db"):
                if any(each.id == "s1" for each in segments):
                    raise DataError("INSERT", None, Exception("invalid input syntax"))
            await super().write(segments)

    path = _left(tmp_path, "m1", *(replace(segment(), id=f"s{number}") for number in range(3)))
    assert await recover(tmp_path, Strict()) == 2
    assert not path.exists()
    assert [each.id for each in Journal(Journal(path).aside).read()] == ["s1"]

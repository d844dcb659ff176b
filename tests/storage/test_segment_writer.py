"""Final captions become durable, whatever the database does."""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from domain.captions import Caption, Translation
from domain.clock import FakeClock
from domain.errors import StorageError
from domain.events import Notice
from domain.meetings import Meeting
from domain.speech import Word
from domain.transcripts import Segment
from storage.database import Database
from storage.journal import Journal
from storage.memory import MemoryTranscriptStore
from storage.transcripts import SqlTranscriptStore
from storage.writer import SegmentWriter, WriterSettings

QUICK = WriterSettings(batch_s=0.01, patience_s=0.1, limit_s=0.2, retry_s=0.02, farewell_s=5.0)


class MoodyStore(MemoryTranscriptStore):
    """Refuses or hangs when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.mood = "works"
        self.batches: list[list[str]] = []

    async def write(self, segments: Sequence[Segment]) -> None:
        if self.mood == "refuses":
            raise StorageError("The disk is full.", "Free some space.")
        if self.mood == "hangs":
            await asyncio.sleep(3600)
        self.batches.append([segment.id for segment in segments])
        await super().write(segments)


@pytest.fixture
def store() -> MoodyStore:
    return MoodyStore()


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def writer(store: MoodyStore, notices: list[Notice], tmp_path: Path) -> SegmentWriter:
    return _writer(store, notices, tmp_path)


def _writer(
    store: MoodyStore, notices: list[Notice], folder: Path, settings: WriterSettings = QUICK
) -> SegmentWriter:
    path = folder / "m" / "journal.jsonl"
    return SegmentWriter(store, "m-0001", path, notices.append, FakeClock(), settings)


def _caption(number: int, *translations: Translation, final: bool = True) -> Caption:
    words = (Word(f"word{number}", number, number + 0.5),)
    return Caption(
        f"s{number}", 1, "p1", "Ana", "en", words, 1, final, number, number + 0.5, 0, 0,
        translations=translations,
    )  # fmt: skip


async def _ids(store: MoodyStore) -> list[str]:
    return [segment.id for segment in await store.segments("m-0001")]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_finals_are_written_and_drafts_are_not(
    writer: SegmentWriter, store: MoodyStore
) -> None:
    async with writer:
        await writer.show(_caption(1, final=False))
        await writer.show(replace(_caption(2), words=()))
        await writer.show(_caption(3))
    assert await _ids(store) == ["s3"]


async def test_later_translations_follow(
    writer: SegmentWriter, store: MoodyStore, translation: Callable[..., Translation]
) -> None:
    spanish, french = translation(), translation("Bonjour", language="fr")
    async with writer:
        await writer.show(_caption(1))
        await _until(lambda: bool(store.batches))
        await writer.show(_caption(1, spanish))
        await writer.show(_caption(1, spanish, french))
    (segment,) = await store.segments("m-0001")
    assert segment.translations == (spanish, french)


async def test_many_at_once_go_in_one_batch(writer: SegmentWriter, store: MoodyStore) -> None:
    async with writer:
        for number in range(50):
            await writer.show(_caption(number))
        await _until(lambda: bool(store.batches))
    assert store.batches == [[f"s{number}" for number in range(50)]]


@pytest.mark.parametrize("mood", ["refuses", "hangs"])
async def test_an_outage_fills_the_journal_and_is_caught_up_in_order(
    writer: SegmentWriter, store: MoodyStore, notices: list[Notice], tmp_path: Path, mood: str
) -> None:
    journal = Journal(tmp_path / "m" / "journal.jsonl")
    async with writer:
        store.mood = mood
        for number in range(3):
            await writer.show(_caption(number))
            await _until(lambda number=number: len(journal.read()) > number)  # type: ignore[misc]
        assert store.batches == []
        store.mood = "works"
        await writer.show(_caption(3))
        await _until(lambda: not journal.holds_something and bool(store.batches))
    assert [one for batch in store.batches for one in batch][:3] == ["s0", "s1", "s2"]
    assert await _ids(store) == ["s0", "s1", "s2", "s3"]
    assert [notice.kind for notice in notices] == ["storage_behind", "storage_back"]


async def test_what_an_earlier_run_left_is_caught_up(
    store: MoodyStore, notices: list[Notice], tmp_path: Path
) -> None:
    store.mood = "refuses"
    async with _writer(store, notices, tmp_path) as first:
        await first.show(_caption(1))
    assert await _ids(store) == []
    path = tmp_path / "m" / "journal.jsonl"
    with path.open("ab") as file:
        file.write(b'{"id": "cut off by a cra')
    store.mood = "works"
    async with _writer(store, notices, tmp_path) as second:
        await second.show(_caption(2))
    assert await _ids(store) == ["s1", "s2"]
    assert not path.exists()


async def test_neither_database_nor_disk_still_loses_nothing(
    store: MoodyStore, notices: list[Notice], tmp_path: Path
) -> None:
    (tmp_path / "m").write_text("a file where the folder should be")
    store.mood = "refuses"
    async with _writer(store, notices, tmp_path) as writer:
        await writer.show(_caption(1))
        await _until(lambda: len(notices) == 2)
        store.mood = "works"
        await _until(lambda: writer.counts.written == 1)
    assert await _ids(store) == ["s1"]
    assert [notice.kind for notice in notices][:2] == ["journal_refused", "storage_behind"]


async def test_a_full_memory_counts_what_it_refuses(
    store: MoodyStore, notices: list[Notice], tmp_path: Path
) -> None:
    settings = replace(QUICK, capacity=2)
    async with _writer(store, notices, tmp_path, settings) as writer:
        for number in range(5):
            await writer.show(_caption(number))
        assert writer.counts.lost == 3
    assert [notice.kind for notice in notices] == ["segments_lost"]


async def test_a_disk_that_hangs_delays_no_caption(
    store: MoodyStore, notices: list[Notice], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    flush = os.fsync

    def hang(descriptor: int) -> None:
        assert answers.wait(30)
        flush(descriptor)

    async with _writer(store, notices, tmp_path) as writer:
        monkeypatch.setattr(os, "fsync", hang)
        for number in range(20):
            await writer.show(_caption(number))
        await _until(lambda: bool(notices))
        for number in range(20, 40):
            await writer.show(_caption(number))
        assert (writer.counts.journalled, store.batches) == (0, [])
        answers.set()
        await _until(lambda: writer.counts.written == 40)
    assert await _ids(store) == [f"s{number}" for number in range(40)]
    assert [notice.kind for notice in notices] == ["journal_refused", "storage_back"]


async def test_a_locked_database_delays_nothing_and_loses_nothing(
    lock_out: Callable[[], Callable[[], None]],
    database: Database,
    stored_meeting: Meeting,
    tmp_path: Path,
) -> None:
    store, notices = SqlTranscriptStore(database), list[Notice]()
    path = tmp_path / "journal.jsonl"
    writer = SegmentWriter(store, stored_meeting.id, path, notices.append, FakeClock(), QUICK)
    async with writer:
        let_in = await asyncio.to_thread(lock_out)
        try:
            await writer.show(_caption(1))
            await _until(lambda: bool(notices))
            assert [segment.id for segment in Journal(path).read()] == ["s1"]
            assert writer.counts.written == 0
        finally:
            await asyncio.to_thread(let_in)
        await _until(lambda: not Journal(path).holds_something)
    assert [segment.id for segment in await store.segments(stored_meeting.id)] == ["s1"]
    assert [notice.kind for notice in notices] == ["storage_behind", "storage_back"]


async def test_an_odd_segment_does_not_stop_the_others(
    database: Database, stored_meeting: Meeting, translation: Callable[..., Translation],
    tmp_path: Path,
) -> None:  # fmt: skip
    store, notices = SqlTranscriptStore(database), list[Notice]()
    path = tmp_path / "journal.jsonl"
    patient = replace(QUICK, patience_s=10.0, limit_s=30.0, farewell_s=10.0)
    writer = SegmentWriter(store, stored_meeting.id, path, notices.append, FakeClock(), patient)
    async with writer:
        for number in range(5):
            await writer.show(_caption(number, translation("\ud83d" if number in (1, 3) else "a")))
        await _until(lambda: writer.counts.odd == 2)
        await writer.show(_caption(5))
    stored = [segment.id for segment in await store.segments(stored_meeting.id)]
    assert stored == ["s0", "s2", "s4", "s5"]
    assert [notice.kind for notice in notices] == ["segment_odd"]
    assert [segment.id for segment in Journal(Journal(path).aside).read()] == ["s1", "s3"]


@pytest.mark.parametrize("stored_first", [True, False])
async def test_a_name_that_comes_later_is_stored(
    writer: SegmentWriter, store: MoodyStore, stored_first: bool
) -> None:
    async with writer:
        await writer.show(replace(_caption(1), speaker="", participant_id="", doubt=1.0))
        if stored_first:
            await _until(lambda: bool(store.batches))
        await writer.show(replace(_caption(1), revision=2, doubt=0.25))
    (segment,) = await store.segments("m-0001")
    assert (segment.participant_id, segment.speaker, segment.doubt) == ("p1", "Ana", 0.25)

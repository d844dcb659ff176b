"""Killed bots, full disks, servers that go and come: no final caption is lost or doubled."""

import asyncio
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from benchmarks.postgres import Cluster
from domain.captions import Caption
from domain.clock import FakeClock
from domain.events import Notice
from domain.meetings import Meeting
from domain.speech import Word
from storage.database import Database
from storage.journal import Journal
from storage.meetings import SqlMeetingStore
from storage.recovery import JOURNAL, recover
from storage.transcripts import SqlTranscriptStore
from storage.writer import SegmentWriter, WriterSettings

LockOut = Callable[[], Callable[[], None]]

QUICK = WriterSettings(batch_s=0.01, patience_s=2.0, retry_s=0.05, farewell_s=30.0)

BOT = """
import asyncio, sys
from domain.captions import Caption
from domain.clock import FakeClock
from domain.speech import Word
from storage.database import Database
from storage.transcripts import SqlTranscriptStore
from storage.writer import SegmentWriter, WriterSettings
from pathlib import Path

async def main(address, journal, first):
    quick = WriterSettings(batch_s=0.005, retry_s=0.05)
    async with Database(address) as database:
        store = SqlTranscriptStore(database)
        async with SegmentWriter(
            store, "m-0001", Path(journal), lambda notice: None, FakeClock(), quick
        ) as writer:
            for number in range(first, first + 100_000):
                word = Word(f"word{number}", number, number + 0.5)
                await writer.show(Caption(
                    f"s{number:06}", 1, "p1", "Ana", "en", (word,), 1, True,
                    number, number + 0.5, 0, 0,
                ))
                await asyncio.sleep(0.002)
                print(first + writer.counts.journalled, flush=True)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def _caption(number: int) -> Caption:
    word = Word(f"word{number}", number, number + 0.5)
    return Caption(
        f"s{number:06}", 1, "p1", "Ana", "en", (word,), 1, True, number, number + 0.5, 0, 0
    )


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(45):
        while not condition():
            await asyncio.sleep(0.01)


def _live_and_die(address: str | Path, journal: Path, first: int, lines: int) -> int:
    """A bot that is killed while it writes; how far its words counted as kept."""
    command = [sys.executable, "-c", BOT, str(address), str(journal), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bot:
        assert bot.stdout is not None
        kept = first
        try:
            for _ in range(lines):
                kept = int(bot.stdout.readline())
        finally:
            bot.send_signal(signal.SIGKILL)
        # What it said before it died.
        return max([kept, *(int(line) for line in bot.stdout if line.endswith("\n"))])


@pytest.mark.parametrize(
    "times", [2, pytest.param(20, marks=[pytest.mark.heavy, pytest.mark.timeout(600)])]
)
async def test_bots_that_are_killed_lose_nothing_that_counted_as_kept(
    where: str | Path, lock_out: LockOut, database: Database, stored_meeting: Meeting,
    tmp_path: Path, times: int,
) -> None:  # fmt: skip
    folder, dice = tmp_path / "meetings", random.Random(times)
    journal, store, kept = folder / stored_meeting.id / JOURNAL, SqlTranscriptStore(database), 0
    for turn in range(times):
        let_in = await asyncio.to_thread(lock_out) if turn % 2 else None
        lines = dice.randrange(20, 200)
        try:
            kept = await asyncio.to_thread(_live_and_die, where, journal, kept, lines)
        finally:
            if let_in is not None:
                await asyncio.to_thread(let_in)
        if let_in is not None:
            assert Journal(journal).holds_something
        await recover(folder, store)
        stored = [segment.id for segment in await store.segments(stored_meeting.id)]
        assert stored[:kept] == [f"s{number:06}" for number in range(kept)]
        assert len(stored) == len(set(stored))
        kept = len(stored)
    assert not journal.exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte and a half."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1536k", "tmpfs", str(folder)],
        check=False, capture_output=True,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        file.writelines(itertools.repeat(bytes(4096)))


async def test_a_full_disk_is_told_and_all_is_stored_once_there_is_room(
    small_disk: Path, meeting: Meeting
) -> None:
    notices: list[Notice] = []
    async with Database(small_disk / "dragoman.db") as database:
        await SqlMeetingStore(database).create(meeting)
        store, path = SqlTranscriptStore(database), small_disk / meeting.id / JOURNAL
        async with SegmentWriter(
            store, meeting.id, path, notices.append, FakeClock(), QUICK
        ) as writer:
            await writer.show(_caption(0))
            await _until(lambda: writer.counts.written >= 1)
            await asyncio.to_thread(_fill, small_disk / "ballast")
            for number in range(1, 400):
                await writer.show(_caption(number))
            await _until(lambda: len(notices) >= 2)
            assert {notice.kind for notice in notices} == {"journal_refused", "storage_behind"}
            assert all("disk is full" in notice.text for notice in notices)
            assert all("Free some space" in notice.text for notice in notices)
            (small_disk / "ballast").unlink()
            await writer.show(_caption(400))
            await _until(lambda: "storage_back" in {notice.kind for notice in notices})
        stored = [segment.id for segment in await store.segments(meeting.id)]
        assert stored == [f"s{number:06}" for number in range(401)]
        assert not path.exists()
        assert writer.counts.lost == 0


@asynccontextmanager
async def _speech(writer: SegmentWriter) -> AsyncIterator[list[int]]:
    """Captions that come without a pause, whatever the database does."""
    said: list[int] = []
    over = asyncio.Event()

    async def speak() -> None:
        while not over.is_set():
            await writer.show(_caption(len(said)))
            said.append(len(said))
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as group:
        group.create_task(speak())
        try:
            yield said
        finally:
            over.set()


async def test_captions_go_on_while_postgresql_goes_and_comes(
    cluster: Cluster, meeting: Meeting, tmp_path: Path
) -> None:
    notices: list[Notice] = []
    path = tmp_path / "m" / JOURNAL
    name = cluster.new_database()

    def end_all() -> None:
        cluster.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )

    async def away(stop: Callable[[], None]) -> None:
        """Gone for a while: finals count as kept meanwhile."""
        await asyncio.to_thread(stop)
        kept = writer.counts.journalled
        await _until(lambda: notices[-1:] != [] and notices[-1].kind == "storage_behind")
        await _until(lambda: writer.counts.journalled > kept + 20)
        await asyncio.to_thread(cluster.start)
        await _until(lambda: notices[-1].kind == "storage_back")

    async with Database(cluster.url(name)) as database:
        await SqlMeetingStore(database).create(meeting)
        store = SqlTranscriptStore(database)
        async with SegmentWriter(
            store, meeting.id, path, notices.append, FakeClock(), QUICK
        ) as writer:
            async with _speech(writer) as said:
                await _until(lambda: writer.counts.written > 20)
                for _ in range(3):
                    await asyncio.to_thread(end_all)
                    await asyncio.sleep(0.1)
                await away(cluster.kill)
                await away(lambda: cluster.stop("immediate"))
                await away(lambda: cluster.stop("fast"))
        wanted = [f"s{number:06}" for number in said]
        assert [segment.id for segment in await store.segments(meeting.id)] == wanted
        assert await database.read(_as_they_came) == wanted
    assert not path.exists()
    assert writer.counts.lost == 0


def _as_they_came(session: Session) -> list[str]:
    """The order in which the rows were written."""
    return [str(row[0]) for row in session.execute(text("SELECT id FROM segment ORDER BY ctid"))]


async def test_a_journal_whose_folder_goes_is_begun_anew(
    database: Database, stored_meeting: Meeting, tmp_path: Path
) -> None:
    path = tmp_path / "m" / JOURNAL
    store = SqlTranscriptStore(database)
    async with SegmentWriter(
        store, stored_meeting.id, path, lambda _: None, FakeClock(), QUICK
    ) as writer:
        await writer.show(_caption(0))
        await _until(lambda: writer.counts.written >= 1)
        await asyncio.to_thread(shutil.rmtree, path.parent)
        await writer.show(_caption(1))
        await _until(lambda: writer.counts.written >= 2)
    assert len(await store.segments(stored_meeting.id)) == 2
    assert not os.listdir(path.parent)

"""What it takes to keep a final caption: python -m benchmarks.storage [--seconds 20].

Captions come from several meetings at once, as from bots of one installation that share a
database. Measured are the times from a final caption to the moment when the journal has it on
the disk, and to the moment when the database has it; and how many segments one writer stores in
a second when it catches up.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.postgres import Cluster, NoPostgres
from domain.captions import Caption
from domain.clock import MeetingClock
from domain.meetings import Meeting, MeetingState
from domain.speech import Word
from domain.transcripts import Segment
from storage.database import Database
from storage.journal import Journal
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore
from storage.writer import SegmentWriter, WriterSettings

TEXT = "and this is what a sentence of an ordinary meeting looks like".split()
LOOK_S = 0.005
PATIENCE_S = 600.0
"""For what is to be caught up."""


@dataclass(slots=True)
class Times:
    """Seconds from a caption to its safety."""

    journal: list[float] = field(default_factory=list)
    store: list[float] = field(default_factory=list)


def caption(meeting_id: str, number: int) -> Caption:
    """A sentence of a dozen words."""
    start_s = 2.0 * number
    words = tuple(Word(w, start_s + 0.1 * i, start_s + 0.1 * i + 0.1) for i, w in enumerate(TEXT))
    return Caption(
        f"{meeting_id}-{number:06}", 1, "p1", "Ana", "en", words, len(words), True,
        start_s, start_s + 1.2, 0, 0,
    )  # fmt: skip


async def speak(
    database: Database, folder: Path, name: str, seconds: float, rate: float, times: Times
) -> None:
    """One meeting whose final captions come at a rate."""
    await SqlMeetingStore(database).create(meeting(name))
    store = SqlTranscriptStore(database)
    shown: list[float] = []
    async with SegmentWriter(
        store, name, folder / name / "segments.jsonl", lambda _: None, MeetingClock.start()
    ) as writer:
        async with asyncio.TaskGroup() as group:
            group.create_task(watch(writer, shown, times, round(seconds * rate)))
            for number in range(round(seconds * rate)):
                await writer.show(caption(name, number))
                shown.append(time.monotonic())
                await asyncio.sleep(1 / rate)


async def watch(writer: SegmentWriter, shown: Sequence[float], times: Times, wanted: int) -> None:
    """Notes when each caption is in the journal, and in the database."""
    kept = stored = 0
    while stored < wanted:
        now_s = time.monotonic()
        times.journal += [now_s - at for at in shown[kept : writer.counts.journalled]]
        times.store += [now_s - at for at in shown[stored : writer.counts.written]]
        kept, stored = writer.counts.journalled, writer.counts.written
        await asyncio.sleep(LOOK_S)


def meeting(identity: str) -> Meeting:
    """A meeting that goes on."""
    return Meeting(identity, "l", "c", "n", (), MeetingState.IN_MEETING, datetime.now(UTC))


async def catch_up(database: Database, folder: Path, count: int) -> float:
    """Segments per second out of a journal that has grown."""
    await SqlMeetingStore(database).create(meeting("behind"))
    journal = Journal(folder / "behind" / "segments.jsonl")
    segments = [Segment.of(caption("behind", number), "behind") for number in range(count)]
    await asyncio.to_thread(journal.append, segments)
    journal.release()
    began_s = time.monotonic()
    async with SegmentWriter(
        SqlTranscriptStore(database),
        "behind",
        journal.path,
        lambda _: None,
        MeetingClock.start(),
        WriterSettings(farewell_s=PATIENCE_S),
    ) as writer:
        pass
    return writer.counts.written / (time.monotonic() - began_s)


def share(values: Sequence[float], part: float) -> str:
    """A percentile in milliseconds."""
    ordered = sorted(values)
    return f"{ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000:.0f}"


async def measure(name: str, address: str | Path, args: argparse.Namespace) -> str:
    """A row of the table."""
    times = Times()
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            # Each bot is a process with a connection of its own.
            databases = [
                await stack.enter_async_context(Database(address)) for _ in range(args.meetings)
            ]
            async with asyncio.TaskGroup() as group:
                for number, database in enumerate(databases):
                    group.create_task(
                        speak(database, Path(folder), f"m{number}", args.seconds, args.rate, times)
                    )
            speed = await catch_up(databases[0], Path(folder), args.backlog)
    return (
        f"| {name} | {len(times.store)} | {share(times.journal, 0.5)} | "
        f"{share(times.journal, 0.95)} | {share(times.store, 0.5)} | {share(times.store, 0.95)} | "
        f"{speed:.0f} |"
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--meetings", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2.0, help="final captions per second each")
    parser.add_argument("--backlog", type=int, default=2000)
    args = parser.parse_args()
    print(
        f"{args.meetings} meetings with {args.rate:g} final captions a second each; milliseconds "
        "from a caption to its safety, 0.2 s of gathering included.\n"
    )
    print("| database | captions | journal p50 | p95 | database p50 | p95 | catching up, per s |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(measure("SQLite", Path(folder) / "d.db", args)))
    try:
        with Cluster(quick=False) as cluster:
            print(asyncio.run(measure("PostgreSQL", cluster.url(cluster.new_database()), args)))
    except NoPostgres as reason:
        print(f"\nPostgreSQL was not measured: {reason}.")


if __name__ == "__main__":
    main()

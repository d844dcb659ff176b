"""Whatever happens between a caption and the database, the stored transcript is the same."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.captions import Caption, Translation, TranslationState
from domain.clock import FakeClock
from domain.errors import StorageError
from domain.meetings import Meeting
from domain.speech import OtherWords, Word
from domain.transcripts import LIVE, REFINED, Segment
from storage.database import Database
from storage.edited import EditedTranscripts, apply
from storage.edits import EditKind, SqlEditStore
from storage.meetings import SqlMeetingStore
from storage.memory import MemoryTranscriptStore
from storage.recovery import JOURNAL, recover
from storage.transcripts import SqlTranscriptStore
from storage.writer import SegmentWriter, WriterSettings

QUICK = WriterSettings(batch_s=0.0, patience_s=20.0, limit_s=20.0, retry_s=0.002, farewell_s=20.0)
CAPTIONS = 4
NUMBERS = itertools.count()
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

caption = st.integers(0, CAPTIONS - 1)
STEPS = st.one_of(
    st.tuples(st.just("show"), caption),
    st.tuples(st.just("show"), caption),
    st.tuples(st.just("show"), caption),
    st.tuples(st.just("again"), st.integers(1, 12)),
    st.tuples(st.just("mood"), st.booleans()),
    st.tuples(st.just("kept"), st.just(0)),
    st.tuples(st.just("rest"), st.integers(0, 2)),
    st.tuples(st.just("crash"), st.integers(0, 30)),
    st.tuples(st.just("crash"), st.integers(0, 30)),
    st.tuples(st.just("correct"), caption),
    st.tuples(st.just("rename"), caption),
    st.tuples(st.just("refine"), st.integers(0, 3)),
)


def _spanish(text: str, state: TranslationState, stamp_s: float) -> Translation:
    return Translation("es", text, state, "apertium", ("en", "es"), 0.5, "", stamp_s)


def _revisions(meeting_id: str, number: int) -> Iterator[Caption]:
    """A caption's life: drafts, the final words, then a name, translations, other words."""
    start_s = 10.0 * number
    word = Word(f"word{number}", start_s, start_s + 0.5)
    draft = Caption(
        f"{meeting_id}-{number}", 1, "", "", "en", (word,), 0, False, start_s, start_s + 0.5,
        0, 0, doubt=1.0,
    )  # fmt: skip
    yield draft
    final = replace(draft, revision=2, final=True)
    yield final
    if number % 2:
        final = replace(final, participant_id=f"p{number}", doubt=0.5)
        yield final
    final = replace(final, speaker=f"Ana {number}", doubt=0.25)
    yield final
    yield replace(final, speaker="Somebody else", participant_id="p9")
    for stamp_s, state in enumerate((TranslationState.DRAFT,) * 2 + (TranslationState.FINAL,) * 2):
        translated = _spanish(f"palabra {stamp_s}", state, float(stamp_s))
        other = OtherWords("meet-captions", f"wort{stamp_s}", 0.5, age_s=float(stamp_s))
        yield replace(final, translations=(translated,), other=other)
    french = Translation("fr", "", TranslationState.FAILED, error="no engine", stamp_s=9.0)
    yield replace(final, translations=(french,))


class Gate(SqlTranscriptStore):
    """A database that refuses when told to, also in the middle of a batch."""

    works = True
    gone = False
    """The process that held it has ended."""

    async def write(self, segments: Sequence[Segment]) -> None:
        if self.gone or not self.works:
            if len(segments) > 1 and not self.gone:
                await super().write(segments[: len(segments) // 2])
            raise StorageError("The database is away.", "Wait.")
        await super().write(segments)


class World:
    """A bot, its disk, its database; and what the transcript must be in the end."""

    def __init__(self, database: Database, folder: Path, meeting_id: str) -> None:
        self._database, self._folder, self._meeting = database, folder, meeting_id
        self._lives = [_revisions(meeting_id, number) for number in range(CAPTIONS)]
        self._edits = SqlEditStore(database)
        self._shown: list[Caption] = []
        self._safe = 0
        self._runs = itertools.count()
        self._seen = b""
        """What lay in the journal when it was last looked at."""
        self._works = True
        self.wanted = MemoryTranscriptStore()

    async def begin(self, content: bytes = b"") -> None:
        """A process starts, with what the one before left on the disk."""
        folder = self._folder / f"{self._meeting}-{next(self._runs)}"
        await asyncio.to_thread(folder.mkdir)
        self._journal = folder / JOURNAL
        if content:
            await asyncio.to_thread(self._journal.write_bytes, content)
        self._store = Gate(self._database)
        self._store.works = self._works
        self._writer = SegmentWriter(
            self._store, self._meeting, self._journal, lambda _: None, FakeClock(), QUICK
        )
        await self._writer.__aenter__()
        self._given = 0

    async def end(self) -> None:
        """In order."""
        await self._writer.__aexit__(None, None, None)

    async def show(self, number: int) -> None:
        revision = next(self._lives[number], None)
        if revision is not None:
            self._shown.append(revision)
            await self._give(revision)
            if revision.final:
                await self.wanted.write([Segment.of(revision, self._meeting)])

    async def again(self, count: int) -> None:
        for revision in self._shown[-count:]:
            await self._give(revision)

    async def mood(self, works: bool) -> None:
        self._works = self._store.works = works

    async def kept(self, _: int) -> None:
        """Waits till all that was shown counts as kept."""
        async with asyncio.timeout(30):
            while self._writer.counts.journalled < self._given:
                await asyncio.sleep(0.001)
        self._safe = len(self._shown)

    async def rest(self, turns: int) -> None:
        """Lets others have their turn."""
        await asyncio.sleep(0.001 * turns)
        self._seen = await asyncio.to_thread(self._journal.read_bytes) or self._seen

    async def crash(self, torn: int) -> None:
        """All that the process knew is lost; the last line may have been cut off. The next one
        is shown again what was not yet kept."""
        if torn % 3 == 0:
            await self.kept(0)
        self._store.gone = True
        left = await asyncio.to_thread(self._journal.read_bytes)
        # A line that was being written.
        left += b'{"id": "cut off", "text": "abc'[:torn]
        # A file that was emptied may come back as it was.
        if not left and torn % 2:
            left = self._seen
        await self.end()
        await asyncio.to_thread(self._journal.unlink, missing_ok=True)
        await self.begin(left)
        for revision in self._shown[self._safe :]:
            await self._give(revision)

    async def correct(self, number: int) -> None:
        await self._edit(EditKind.TEXT, f"{self._meeting}-{number}", f"corrected {number}")

    async def rename(self, number: int) -> None:
        await self._edit(EditKind.NAME, f"Ana {number}", f"Zoë {number}")

    async def _edit(self, kind: EditKind, target: str, value: str) -> None:
        # A person is told when the database refuses; the correction is not made then.
        if self._works:
            await self._edits.add(self._meeting, kind, target, value)

    async def refine(self, count: int) -> None:
        life = [list(_revisions(self._meeting, number))[3] for number in range(count)]
        segments = [
            replace(Segment.of(each, self._meeting), id=f"r-{each.id}", version=REFINED)
            for each in life
        ]
        if self._works:
            await SqlTranscriptStore(self._database).replace(self._meeting, REFINED, segments)
            await self.wanted.replace(self._meeting, REFINED, segments)

    async def _give(self, revision: Caption) -> None:
        self._given += revision.final
        await self._writer.show(revision)

    async def check(self) -> None:
        """The database is there again, the bot has ended, and another process looks."""
        await self.mood(True)
        await self.end()
        store = SqlTranscriptStore(self._database)
        await recover(self._folder, store)
        assert not await asyncio.to_thread(lambda: list(self._folder.glob(f"*/{JOURNAL}")))
        edits = await self._edits.edits(self._meeting)
        for version in (LIVE, REFINED):
            wanted = await self.wanted.segments(self._meeting, version)
            stored = await EditedTranscripts(store, self._edits).segments(self._meeting, version)
            assert list(stored) == list(apply(edits, wanted, ()).segments)


async def _play(
    address: str | Path, folder: Path, meeting: Meeting, steps: Sequence[tuple[str, int]]
) -> None:
    meeting_id = f"m-{next(NUMBERS)}"
    async with Database(address) as database:
        await SqlMeetingStore(database).create(replace(meeting, id=meeting_id))
        world = World(database, folder, meeting_id)
        await world.begin()
        for name, number in steps:
            await getattr(world, name)(number)
        await world.check()


@settings(UNHURRIED, max_examples=30)
@given(steps=st.lists(STEPS, min_size=5, max_size=40))
def test_any_order_of_captions_refusals_and_crashes_gives_the_same_transcript(
    where: str | Path, tmp_path: Path, meeting: Meeting, steps: list[tuple[str, int]]
) -> None:
    asyncio.run(_play(where, tmp_path, meeting, steps))


@pytest.mark.heavy
@settings(UNHURRIED, max_examples=1000)
@given(steps=st.lists(STEPS, min_size=10, max_size=120))
def test_a_thousand_orders_give_the_same_transcript(
    where: str | Path, tmp_path: Path, meeting: Meeting, steps: list[tuple[str, int]]
) -> None:
    asyncio.run(_play(where, tmp_path, meeting, steps))

"""Every TranscriptStore does what the port says."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.captions import Translation, TranslationState
from domain.errors import StorageError
from domain.meetings import Meeting, MeetingState
from domain.people import Participant
from domain.ports import TranscriptStore
from domain.speech import OtherWords, SoundQuality, Word
from domain.transcripts import LIVE, REFINED, Segment
from storage.database import Database
from storage.meetings import SqlMeetingStore
from storage.memory import MemoryTranscriptStore
from storage.transcripts import SqlTranscriptStore


@pytest.fixture
async def store(where: str | Path | None) -> AsyncIterator[TranscriptStore]:
    if where is None:
        yield MemoryTranscriptStore()
        return
    async with Database(where) as database:
        for identity in ("m1", "m2"):
            await SqlMeetingStore(database).create(_meeting(identity))
        yield SqlTranscriptStore(database)


def _meeting(identity: str) -> Meeting:
    began = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    return Meeting(identity, "link", "code", "bot", ("es",), MeetingState.IN_MEETING, began)


def _segment(identity: str, start_s: float = 1.0, meeting: str = "m1") -> Segment:
    return Segment(
        id=identity,
        meeting_id=meeting,
        participant_id="p1",
        speaker="Ana '); DROP TABLE segment;--",
        language="en",
        start_s=start_s,
        end_s=start_s + 1.25,
        text="Hello world",
        confidence=0.75,
        engine="scripted",
        words=(Word("Hello", start_s, start_s + 0.5, 0.5), Word("world", start_s + 0.6, 2.0)),
        doubt=0.25,
    )


def _spanish(text: str, state: TranslationState, stamp_s: float) -> Translation:
    return Translation("es", text, state, "apertium", ("en", "es"), 0.5, "", stamp_s)


async def _only(store: TranscriptStore) -> Segment:
    (stored,) = await store.segments("m1")
    return stored


async def test_what_is_written_comes_back(store: TranscriptStore) -> None:
    segment = replace(
        _segment("s1"), translations=(_spanish("Hola mundo", TranslationState.FINAL, 2.0),)
    )
    await store.write([segment])
    assert await _only(store) == segment


async def test_segments_stand_in_order_of_their_start(store: TranscriptStore) -> None:
    await store.write([_segment("b", 9.0), _segment("c", 0.0)])
    await store.write([_segment("a", 4.0), _segment("x", 5.0, "m2")])
    assert [s.id for s in await store.segments("m1")] == ["c", "a", "b"]
    assert [s.id for s in await store.segments("m2")] == ["x"]
    assert list(await store.segments("m3")) == []


async def test_writing_again_changes_nothing(store: TranscriptStore) -> None:
    segment = _segment("s1")
    await store.write([segment, segment])
    await store.write([replace(segment, text="other words", speaker="Somebody else")])
    assert await _only(store) == segment


async def test_a_name_that_comes_later_fills_what_was_empty(store: TranscriptStore) -> None:
    named = replace(_segment("s1"), speaker="Ana", doubt=0.25)
    await store.write([replace(named, speaker="", participant_id="", doubt=1.0)])
    await store.write([replace(named, participant_id="", doubt=0.5)])
    assert await _only(store) == replace(named, participant_id="", doubt=0.5)
    await store.write([replace(named, speaker="Ben", participant_id="p2"), named])
    assert await _only(store) == named
    await store.write([replace(named, speaker="", participant_id="", doubt=0.9)])
    assert await _only(store) == named


@pytest.mark.parametrize("worse", [TranslationState.DRAFT, TranslationState.FAILED])
async def test_a_final_translation_stays(store: TranscriptStore, worse: TranslationState) -> None:
    final = _spanish("Hola mundo", TranslationState.FINAL, 2.0)
    await store.write([replace(_segment("s1"), translations=(_spanish("Ho", worse, 1.0),))])
    await store.write([replace(_segment("s1"), translations=(final,))])
    await store.write([replace(_segment("s1"), translations=(_spanish("x", worse, 3.0),))])
    assert (await _only(store)).translations == (final,)


async def test_translations_that_come_later_are_added(store: TranscriptStore) -> None:
    spanish = _spanish("Hola mundo", TranslationState.FINAL, 2.0)
    french = Translation("fr", "", TranslationState.FAILED, error="no engine", stamp_s=2.5)
    await store.write([replace(_segment("s1"), translations=(spanish,))])
    await store.write([replace(_segment("s1"), translations=(french,))])
    await store.write([_segment("s1")])
    assert (await _only(store)).translations == (spanish, french)


async def test_a_newer_final_replaces_an_older_one(store: TranscriptStore) -> None:
    for text, stamp_s in (("uno", 1.0), ("tres", 3.0), ("dos", 2.0)):
        final = _spanish(text, TranslationState.FINAL, stamp_s)
        await store.write([replace(_segment("s1"), translations=(final,))])
    assert (await _only(store)).translations[0].text == "tres"


async def test_people_keep_the_time_they_came(store: TranscriptStore) -> None:
    ana = Participant("p1", "Ana", joined_s=5.0)
    bot = Participant("p0", "Dragoman", is_self=True, joined_s=7.0)
    await store.write_participants("m1", [bot, ana])
    await store.write_participants("m1", [replace(ana, joined_s=60.0, left_s=90.0)])
    assert list(await store.participants("m1")) == [replace(ana, left_s=90.0), bot]
    await store.write_participants("m1", [replace(ana, name="Ana Ruiz", joined_s=95.0)])
    assert list(await store.participants("m1")) == [replace(ana, name="Ana Ruiz"), bot]
    assert list(await store.participants("m2")) == []


async def test_nothing_is_fine(store: TranscriptStore) -> None:
    await store.write([])
    await store.write_participants("m1", [])
    assert list(await store.segments("m1")) == []


async def test_sound_and_other_words_come_back(store: TranscriptStore) -> None:
    other = OtherWords("meet-captions", "Hello word", 0.5, 0.8, 1.5)
    segment = replace(_segment("s1"), sound=SoundQuality(0.1, 0.9, 21.5, 0.0), other=other)
    await store.write([segment])
    assert await _only(store) == segment


async def test_other_words_that_come_later_are_kept(store: TranscriptStore) -> None:
    first = OtherWords("meet-captions", "Hello", 0.5, age_s=1.0)
    last = OtherWords("meet-captions", "Hello word", 0.6, age_s=2.0)
    sound = SoundQuality(0.1, 0.9, 21.5, 0.0)
    await store.write([_segment("s1")])
    for other in (first, last, first, None):
        await store.write([replace(_segment("s1"), other=other, sound=sound)])
    stored = await _only(store)
    assert (stored.other, stored.sound) == (last, sound)


async def test_versions_stand_beside_each_other(store: TranscriptStore) -> None:
    live, refined = _segment("s1"), replace(_segment("r1"), version=REFINED)
    await store.write([live, refined])
    assert list(await store.segments("m1")) == [live]
    assert list(await store.segments("m1", REFINED)) == [refined]
    assert list(await store.segments("m1", LIVE)) == [live]
    assert list(await store.segments("m2", REFINED)) == []


async def test_a_version_is_replaced_as_a_whole(store: TranscriptStore) -> None:
    final = _spanish("Hola mundo", TranslationState.FINAL, 2.0)
    live = replace(_segment("s1"), translations=(final,))
    old = [replace(_segment(key), version=REFINED, translations=(final,)) for key in ("r1", "r2")]
    new = [replace(_segment(key, 3.0), version=REFINED, text="New") for key in ("r2", "r3")]
    await store.write([live])
    for segments in (old, new, new):
        await store.replace("m1", REFINED, segments)
        assert list(await store.segments("m1", REFINED)) == segments
    assert list(await store.segments("m1")) == [live]
    await store.replace("m1", REFINED, [])
    assert list(await store.segments("m1", REFINED)) == []


async def test_a_wrong_replacement_changes_nothing(store: TranscriptStore) -> None:
    old = replace(_segment("r1"), version=REFINED)
    await store.replace("m1", REFINED, [old])
    for wrong in (_segment("x"), replace(_segment("x", meeting="m2"), version=REFINED)):
        with pytest.raises(StorageError):
            await store.replace("m1", REFINED, [replace(old, id="r2"), wrong])
    assert list(await store.segments("m1", REFINED)) == [old]

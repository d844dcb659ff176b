"""Recorded pieces in the database: which words were heard in which, and that they are deleted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.meetings import Meeting, MeetingState
from domain.transcripts import Segment
from storage.database import Database
from storage.meetings import SqlMeetingStore
from storage.recordings import KeptPiece, SqlRecordingStore
from storage.retention import Kind, Retention
from storage.sounds import SqlSoundStore
from storage.transcripts import SqlTranscriptStore

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def piece(track: str, number: int, *people: str) -> KeptPiece:
    start_s = 29.0 * number
    return KeptPiece(track, f"/r/{track}-{number}.flac", f"{track}{number}", start_s, 29.0, people)


async def test_words_lead_to_the_sound_of_their_speaker(
    database: Database, meeting: Meeting, segment: Callable[..., Segment]
) -> None:
    await SqlMeetingStore(database).create(meeting)
    transcripts, store = SqlTranscriptStore(database), SqlRecordingStore(database)

    def said(identity: str, start_s: float, end_s: float, whose: str) -> Segment:
        made = segment(identity, "words", words=())
        return replace(
            made, meeting_id=meeting.id, start_s=start_s, end_s=end_s, participant_id=whose
        )

    await transcripts.write(
        [said("across", 27.0, 31.0, "p1"), said("alone", 10.0, 12.0, "p2"),
         said("nobody", 40.0, 41.0, "")]
    )  # fmt: skip
    first = [piece("a", 0, "p1"), piece("b", 0, "p2")]
    await store.add(meeting.id, first[:1])
    await store.add(meeting.id, first)
    assert await store.sounds_of(meeting.id) == {"across": ["a0"], "alone": ["b0"]}
    every = [*first, piece("a", 1, "p1"), piece("b", 1, "p2")]
    for _ in range(2):
        await store.add(meeting.id, every)
        assert await store.sounds_of(meeting.id) == {
            "across": ["a0", "a1"], "alone": ["b0"], "nobody": ["a1", "b1"],
        }  # fmt: skip
    assert [kept.sha256 for kept in await SqlSoundStore(database).kept(meeting.id)] == [
        "a0", "a1", "b0", "b1",
    ]  # fmt: skip
    await transcripts.replace(meeting.id, "live", [])
    assert await store.sounds_of(meeting.id) == {}


async def test_a_recording_is_really_deleted(
    database: Database, meeting: Meeting, segment: Callable[..., Segment], tmp_path: Path
) -> None:
    ended = NOW - timedelta(days=9)
    over = replace(meeting, state=MeetingState.ENDED, created_at=ended, ended_at=ended)
    folder = tmp_path / "meetings"
    store = SqlRecordingStore(database)
    for row in (over, replace(over, id="m-0002", link="l2")):
        await SqlMeetingStore(database).create(row)
        own = folder / row.id / "recording"
        own.mkdir(parents=True)
        for name in ("manifest.json", "hints.jsonl", "piece.flac", "piece.idx"):
            (own / name).write_text("secret")
        (folder / row.id / "segments.jsonl").write_text("words")
    await SqlTranscriptStore(database).write(
        [replace(segment("s1", "words", words=()), meeting_id=meeting.id)]
    )
    path = str(folder / meeting.id / "recording" / "piece.flac")
    await store.add(meeting.id, [KeptPiece("a", path, "h", 0.0, 9.0)])
    assert await store.sounds_of(meeting.id) == {"s1": ["h"]}

    retention = Retention(database, folder)
    found = await retention.expired({Kind.SOUND: 7.0}, NOW)
    assert {each.meeting_id for each in found} == {meeting.id, "m-0002"}
    await retention.delete(found)
    assert not list(folder.glob("*/recording"))
    assert len(list(folder.glob("*/segments.jsonl"))) == 2
    assert await SqlSoundStore(database).kept(meeting.id) == []
    assert await store.sounds_of(meeting.id) == {}
    assert len(await SqlTranscriptStore(database).segments(meeting.id)) == 1
    assert await retention.expired({Kind.SOUND: 7.0}, NOW) == []

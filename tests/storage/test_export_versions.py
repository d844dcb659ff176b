"""Exports tell which version they show, and where two sources of words disagree."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import UsageError
from domain.meetings import Meeting
from domain.speech import OtherWords, SoundQuality
from domain.transcripts import LIVE, REFINED, Segment
from storage.database import Database
from storage.export.folder import write_folder
from storage.export.formats import export
from storage.export.transcript import BEST, Transcript, load_transcript
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore

Make = Callable[..., Segment]


async def _load(database: Database, meeting: Meeting, version: str = BEST) -> Transcript:
    stores = SqlMeetingStore(database), SqlTranscriptStore(database)
    return await load_transcript(meeting.id, *stores, version=version)


async def test_the_best_version_is_the_second_pass_once_there_is_one(
    database: Database, stored_meeting: Meeting, segment: Make
) -> None:
    store = SqlTranscriptStore(database)
    await store.write([segment("s1", "as heard live")])
    assert (await _load(database, stored_meeting)).version == LIVE
    with pytest.raises(UsageError, match="no second pass") as raised:
        await _load(database, stored_meeting, REFINED)
    assert "dragoman refine m-0001" in raised.value.remedy
    await store.write([segment("r1", "as heard again", version=REFINED)])
    for version, text in ((BEST, "again"), (REFINED, "again"), (LIVE, "live")):
        shown = await _load(database, stored_meeting, version)
        assert [s.text for s in shown.segments] == [f"as heard {text}"]
    with pytest.raises(UsageError, match="no version"):
        await _load(database, stored_meeting, "worst")


def test_every_format_that_can_tells_its_version(
    meeting: Meeting, segment: Make, tmp_path: Path
) -> None:
    live = Transcript(meeting, (), [segment()])
    refined = replace(live, version=REFINED)
    for suffix in ("txt", "md", "json", "vtt"):
        assert b"refined" in export(refined, suffix)
        assert b"refined" not in export(live, suffix)
    assert b"Version: live" in export(live, "md")
    paths = write_folder(refined, tmp_path)
    told = [path.suffix for path in paths if b"refined" in path.read_bytes()]
    assert set(told) == {".json", ".md", ".txt", ".vtt"}


def test_json_holds_sound_and_other_words(meeting: Meeting, segment: Make) -> None:
    other = OtherWords("meet-captions", "Hello doll", 0.6, 0.9, 1.5)
    one = segment(sound=SoundQuality(0.1, 0.8, 20.0, 0.01), other=other)
    value = json.loads(export(Transcript(meeting, (), [one, segment("s2")]), "json"))
    first, second = value["segments"]
    assert value["version"] == "live"
    assert first["sound"] == {"rms": 0.1, "peak": 0.8, "snr_db": 20.0, "clipped": 0.01}
    assert first["other"]["text"] == "Hello doll"
    assert first["other"]["agreement"] == 0.6
    assert (second["sound"], second["other"]) == (None, None)


@pytest.mark.parametrize(("agreement", "shown"), [(0.2, True), (0.5, False), (1.0, False)])
def test_markdown_shows_both_where_they_hardly_agree(
    meeting: Meeting, segment: Make, agreement: float, shown: bool
) -> None:
    one = segment(other=OtherWords("meet-captions", "Yellow *tall*", agreement))
    text = export(Transcript(meeting, (), [one]), "md").decode()
    assert ("*(?) meet-captions heard:* Yellow \\*tall\\*" in text) == shown
    assert "Yellow" not in export(Transcript(meeting, (), [one]), "txt").decode()

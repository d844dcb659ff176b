"""Transcripts in every format: what is in them, and that nothing foreign acts in them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.audio import Gap
from domain.captions import Translation, TranslationState
from domain.errors import StorageError, UsageError
from domain.meetings import Meeting, MeetingState, Reason, StateChange
from domain.people import Participant
from domain.transcripts import Segment
from storage.database import Database
from storage.export.files import write_atomic
from storage.export.folder import write_folder
from storage.export.formats import FORMATS, export
from storage.export.prose import escape
from storage.export.transcript import Mode, Transcript, load_transcript
from storage.facts import SqlFactStore
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore

TEXTS = [name for name, each in FORMATS.items() if each.text]

HOSTILE = (
    "-->",
    "00:00:01.000 --> 00:00:02.000",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a & b &lt;i&gt;",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "\u202egnp.exe\u202c",
    "# heading *bold* _it_ `code` [x](http://evil.example) | cell ~~s~~",
    "1. list\n\n- item\r\n\r\nWEBVTT\n\nNOTE hidden",
    '=HYPERLINK("http://evil.example")',
    "+1 @SUM(A1) -2",
    "{\\an8}{b}top",
    "x" * 10_000,
    "\x00\u2028\u2029\ufeff",
)


@pytest.fixture
def transcript(
    meeting: Meeting, segment: Callable[..., Segment], translation: Callable[..., Translation]
) -> Transcript:
    began = meeting.created_at
    meeting = replace(
        meeting,
        state=MeetingState.ENDED,
        began_at=began,
        ended_at=began + timedelta(minutes=2),
        changes=(StateChange(MeetingState.ENDED, Reason.HOST_ENDED, began, "Call ended"),),
    )
    failed = translation("", language="fr", state=TranslationState.FAILED, error="down")
    segments = [
        segment("s1", "Hello to all", start_s=1.234, translations=(translation(), failed)),
        segment("s2", "Buenos días", start_s=4.5, language="es", speaker="", participant_id=""),
    ]
    people = [Participant("p1", "Ana Ruiz", joined_s=0.5), Participant("b", "Bot", is_self=True)]
    gaps = [Gap("t1", 2.0, 2.5, 8000, "stall")]
    return Transcript(meeting, people, segments, gaps, {"audio_path": "tracks"})


def _hostile(transcript: Transcript, segment: Callable[..., Segment], text: str) -> Transcript:
    translated = Translation("es", text, TranslationState.FINAL)
    one = segment("h", text, speaker=text, translations=(translated,))
    people = [Participant("p", text)]
    return replace(transcript, segments=[one], participants=people)


def test_text_has_times_speakers_and_marks(transcript: Transcript) -> None:
    lines = export(transcript, "txt").decode().splitlines()
    assert lines[-6:] == [
        "",
        "[00:00:01.234] Ana Ruiz: Hello to all",
        "    es: Hola",
        "    fr: [not translated]",
        "[00:00:04.500] Speaker: Buenos días",
        "    fr: [not translated]",
    ]


def test_a_missing_translation_is_never_the_source(transcript: Transcript) -> None:
    for name in ("txt", "md", "srt", "vtt"):
        french = export(transcript, name, languages=["fr"], mode="translation").decode()
        assert "Hello" not in french
        assert "Buenos" not in french
        assert french.replace("\\", "").count("[not translated]") == 2


def test_subtitles_of_a_language(transcript: Transcript) -> None:
    assert export(transcript, "srt", languages=["es"], mode="translation").decode() == (
        "1\n00:00:01,234 --> 00:00:02,334\nAna Ruiz: Hola\n\n"
        "2\n00:00:04,500 --> 00:00:05,500\nSpeaker: Buenos días\n"
    )
    assert export(transcript, "vtt", languages=["es"], mode="translation").decode() == (
        "WEBVTT\n\n"
        "00:00:01.234 --> 00:00:02.334\n<v Ana Ruiz><lang es>Hola</lang></v>\n\n"
        "00:00:04.500 --> 00:00:05.500\n<v Speaker>Buenos días</v>\n"
    )


def test_markdown_reads_well(transcript: Transcript) -> None:
    text = export(transcript, "md", languages=["es"]).decode()
    assert text.startswith("# Meeting abc-defg-hij\n\n- Date: 2026-03-04 12:00 UTC\n")
    assert "**Ana Ruiz** · 00:00:01.234  \nHello to all\n\n> *Spanish:* Hola\n" in text
    assert "- Participants: Ana Ruiz\n" in text
    named = replace(transcript, facts={"title": "Weekly\n[plan](x) <b>"})
    assert export(named, "md").decode().startswith("# Weekly \\[plan\\](x) \\<b\\>\n")


def test_json_has_everything(transcript: Transcript) -> None:
    value = json.loads(export(transcript, "json"))
    assert value["schema"] == "dragoman.transcript/1"
    assert value["states"][0]["evidence"] == "Call ended"
    assert value["gaps"][0]["samples"] == 8000
    assert [person["name"] for person in value["participants"]] == ["Ana Ruiz", "Bot"]
    first = value["segments"][0]
    assert first["start_s"] == 1.234
    assert first["words"][0] == {
        "text": "Hello",
        "start_s": 1.234,
        "end_s": 1.534,
        "confidence": 0.9,
    }
    assert first["translations"]["es"]["hops"] == ["en", "es"]
    assert first["translations"]["fr"]["state"] == "failed"


def test_languages_that_were_left_in_the_meeting_are_exported_too(transcript: Transcript) -> None:
    now = replace(transcript, meeting=replace(transcript.meeting, languages=("fr",)))
    assert now.targets == ["fr", "es"]
    assert "> *Spanish:* Hola" in export(now, "md").decode()


def test_json_keeps_to_itself_who_was_sent_the_transcript(transcript: Transcript) -> None:
    known = replace(transcript, facts={"title": "Plan", "delivered": "ana@example.org"})
    assert json.loads(export(known, "json"))["facts"] == {"title": "Plan"}


def test_original_only_has_no_translation(transcript: Transcript) -> None:
    for name in TEXTS:
        text = export(transcript, name, mode=Mode.ORIGINAL).decode()
        assert "Hola" not in text
        assert "not translated" not in text


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_stays_text(
    transcript: Transcript, segment: Callable[..., Segment], text: str, name: str
) -> None:
    made = export(_hostile(transcript, segment, text), name).decode()
    if name != "json":
        made = made.replace("\r\n", "\n").removeprefix("\ufeff")
        assert not any(char in made for char in "\x1b\x07\x00\u202e\u2028\r")
    if name in ("srt", "vtt"):
        cues = [line for line in made.split("\n") if "-->" in line]
        assert all(len(line) == len("00:00:00.000 --> 00:00:00.000") for line in cues)
        assert "<script" not in made
        assert "<img" not in made
        assert "{" not in made or name == "vtt"
    if name == "md":
        assert "<script" not in made.replace("\\<", "")
        assert "\n# " not in made
        assert "](http" not in made.replace("\\]", "")


def test_markdown_is_escaped_where_it_would_act() -> None:
    assert escape("# a") == "\\# a"
    assert escape("1. a") == "1\\. a"
    assert escape("- a") == "\\- a"
    assert escape("a - b # c 1.5!") == "a - b # c 1.5!"
    assert escape("see http://x.example") == "see http\\://x.example"
    assert escape("<b>&lt;") == "\\<b\\>\\&lt;"


def test_an_unknown_format_or_mode_names_the_known_ones(transcript: Transcript) -> None:
    with pytest.raises(UsageError, match="txt, md, srt, vtt, json"):
        export(transcript, "doc")
    with pytest.raises(UsageError, match="original, translation, both"):
        export(transcript, "txt", mode="loud")


def test_a_folder_has_a_file_per_format_and_language(
    transcript: Transcript, segment: Callable[..., Segment], tmp_path: Path
) -> None:
    odd = segment("s3", "Guten Tag", start_s=9.0, language="de")
    evil = segment("s4", "x", start_s=10.0, language="../../etc")
    whole = replace(transcript, segments=[*transcript.segments, odd, evil])
    paths = write_folder(whole, tmp_path / "out")
    names = ["transcript.json", "transcript.md", "transcript.txt"]
    names += [f"transcript.{c}.{s}" for c in ("es", "fr", "en", "de") for s in ("srt", "vtt")]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)
    german = (tmp_path / "out" / "transcript.de.srt").read_text()
    assert german == "1\n00:00:09,000 --> 00:00:10,000\nAna Ruiz: Guten Tag\n"


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_atomic(target, "one")
    write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    blocked = tmp_path / "folder"
    (blocked / "inside").mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be written"):
        write_atomic(blocked, "three")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "folder"]


async def test_a_stored_meeting_is_loaded_whole(database: Database, transcript: Transcript) -> None:
    meetings, transcripts = SqlMeetingStore(database), SqlTranscriptStore(database)
    facts = SqlFactStore(database)
    await meetings.create(transcript.meeting)
    await transcripts.write(transcript.segments)
    await transcripts.write_participants(transcript.meeting.id, transcript.participants)
    await facts.write_gaps(transcript.meeting.id, transcript.gaps)
    await facts.put(transcript.meeting.id, "audio_path", "tracks")
    loaded = await load_transcript(transcript.meeting.id, meetings, transcripts, facts)
    people = sorted(transcript.participants, key=lambda person: person.joined_s)
    assert loaded == replace(transcript, participants=people)
    with pytest.raises(UsageError):
        await load_transcript("nowhere", meetings, transcripts)

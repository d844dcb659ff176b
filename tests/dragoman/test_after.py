"""Transcripts, notes and delivery put together on a real database and a real mail server."""

import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_string, policy
from io import BytesIO
from pathlib import Path

import pytest

from domain.captions import Translation, TranslationState
from domain.errors import UsageError
from domain.meetings import Meeting, MeetingState
from domain.people import Participant
from domain.serving import Notes, Point, Query
from domain.speech import Word
from domain.transcripts import LIVE, REFINED, Segment
from dragoman.groups.after import DeliveryGroup, NotesGroup
from dragoman.serve.delivery import Delivery
from dragoman.serve.notes import StoredNotesDesk, open_writer
from dragoman.serve.transcripts import SqlTranscriptDesk
from standin.mail import MailServer
from storage.database import Database
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
ID = "0123456789abcdef"


def _segment(identity: str, text: str, start_s: float, speaker: str = "Ana") -> Segment:
    spanish = Translation("es", f"[es] {text}", TranslationState.FINAL)
    words = tuple(Word(w, start_s, start_s + 1, 1.0) for w in text.split())
    return Segment(
        identity, ID, speaker.lower(), speaker, "en", start_s, start_s + 3, text, 0.9, "e",
        words=words, translations=(spanish,),
    )  # fmt: skip


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "dragoman.db") as opened:
        meeting = Meeting(
            ID, "https://meet.google.com/abc-defg-hij", "abc-defg-hij", "Bot", ("es",),
            MeetingState.ENDED, NOON, NOON, NOON,
        )  # fmt: skip
        await SqlMeetingStore(opened).create(meeting)
        store = SqlTranscriptStore(opened)
        await store.write_participants(ID, [Participant("ana", "Ana"), Participant("ben", "Ben")])
        await store.write(
            [
                _segment("s1", "We decided to launch the website on Friday.", 1.0),
                _segment("s2", "I will write to the design agency tomorrow.", 70.0, "Ben"),
                _segment("s3", "The website needs a new design before the launch.", 140.0),
            ]
        )
        yield opened


async def test_corrections_are_in_everything(database: Database) -> None:
    desk = SqlTranscriptDesk(database, by="ana")
    changed = await desk.correct(ID[:6], "s1", "We decided to launch the shop on Friday.")
    assert changed.text.endswith("shop on Friday.")
    assert await desk.rename(ID, "Ben", "Benedikt") == 1
    read = await desk.read(ID)
    assert read.corrected == {"s1"}
    assert (read.version, read.versions) == (LIVE, (LIVE,))
    assert [p.name for p in read.participants] == ["Ana", "Benedikt"]
    exported = (await desk.export(ID, "txt", {"languages": "es", "mode": "both"})).content.decode()
    assert "shop on Friday" in exported
    assert "Benedikt: I will write" in exported
    found = await desk.search(Query("shop", meeting_id=ID[:8]))
    assert [hit.segment.id for hit in found.hits] == ["s1"]
    assert (await desk.correct(ID, "s1", " ")).text.endswith("website on Friday.")
    assert (await desk.read(ID)).corrected == frozenset()


async def test_a_line_is_given_to_somebody_else_and_back(database: Database) -> None:
    desk = SqlTranscriptDesk(database, by="ana")
    given = await desk.reassign(ID, "s1", "Ben")
    assert (given.participant_id, given.speaker, given.text[:10]) == ("ben", "Ben", "We decided")
    assert (await desk.read(ID)).corrected == {"s1"}
    exported = (await desk.export(ID, "txt", {})).content.decode()
    assert "Ben: We decided" in exported
    stranger = await desk.reassign(ID, "s1", "Carla")
    assert (stranger.participant_id, stranger.speaker) == ("", "Carla")
    await desk.correct(ID, "s1", "We decided nothing.")
    back = await desk.reassign(ID, "s1", "")
    assert (back.participant_id, back.speaker, back.text) == ("ana", "Ana", "We decided nothing.")
    with pytest.raises(UsageError, match="no such segment"):
        await desk.reassign(ID, "none", "Ben")


async def test_versions_and_what_does_not_exist(database: Database) -> None:
    desk = SqlTranscriptDesk(database)
    again = Segment("r1", ID, "ana", "Ana", "en", 1, 2, "Heard again", 1, "e", version=REFINED)
    await SqlTranscriptStore(database).replace(ID, REFINED, [again])
    read = await desk.read(ID)
    assert (read.version, read.versions) == (REFINED, (LIVE, REFINED))
    assert len((await desk.read(ID, LIVE)).segments) == 3
    for wrong in (
        desk.read("nowhere"),
        desk.correct(ID, "none", "x"),
        desk.rename(ID, "Zoe", "Y"),
        desk.rename(ID, "Ana", " "),
        desk.export(ID, "exe", {}),
        desk.search(Query("x", meeting_id="nowhere")),
    ):
        with pytest.raises(UsageError):
            await wrong


async def test_meetings_that_match_come_in_one_zip(database: Database) -> None:
    desk = SqlTranscriptDesk(database)
    file = await desk.export_found(Query("website"), "md", {})
    assert zipfile.ZipFile(BytesIO(file.content)).namelist() == ["2026-03-04-1200-abc-defg-hij.md"]
    with pytest.raises(UsageError):
        await desk.export_found(Query("penguin"), "md", {})


async def test_notes_are_made_kept_and_exported(database: Database) -> None:
    transcripts = SqlTranscriptDesk(database)
    async with open_writer(NotesGroup()) as writer:
        desk = StoredNotesDesk(database, transcripts, writer)
        assert await desk.notes(ID) is None
        made = await desk.make(ID)
        assert await desk.notes(ID[:6]) == made
        assert [point.segment_ids for point in made.decisions] == [("s1",)]
        assert [(p.owner, p.due) for p in made.actions] == [("Ben", "tomorrow")]
        assert (await desk.ask(ID, "When do we launch?")).citations[0].segment_ids == ("s1",)
        late = await desk.catch_up(ID, "es", 100.0)
        assert {i for point in late.summary for i in point.segment_ids} <= {"s1", "s2"}
        assert all(point.text.startswith("[es]") for point in late.summary)
        assert await desk.notes(ID, "fr") is None
        with pytest.raises(UsageError):
            await desk.ask(ID, " ")
    assert "Action items" in (await transcripts.export(ID, "txt", {})).content.decode()
    with pytest.raises(UsageError):
        async with open_writer(NotesGroup(engine="openai")):
            pass


async def test_transcripts_are_delivered(database: Database, tmp_path: Path) -> None:
    server = MailServer(busy=1, refused="gone@example.org")
    told: list[tuple[str, str]] = []

    async def notify(name: str, meeting_id: str) -> None:
        told.append((name, meeting_id))

    notes = Notes(ID, "en", "extractive", (Point("It was short", 1.0, ("s1",)),), extractive=True)
    async with server.running() as port:
        settings = DeliveryGroup(
            smtp_host="127.0.0.1", smtp_port=port, smtp_security="none",
            sender="bot@example.org", formats=("txt", "docx"), folder=tmp_path / "drop",
        )  # fmt: skip
        delivery = Delivery(SqlTranscriptDesk(database), settings, notify, pauses_s=(0.0,))
        to = ["ana@example.org", "crm", "gone@example.org", "x@y\r\nBcc: z@w", "ana@example.org"]
        done = await delivery.over(ID, to, notes)
    assert done.sent == ["ana@example.org", "crm", "folder"]
    assert set(done.failed) == {"gone@example.org", "x@y Bcc: z@w"}
    assert told == [("crm", ID)]
    ((to_whom, raw),) = server.mails
    assert to_whom == "ana@example.org"
    mail = message_from_string(raw, policy=policy.default)
    assert mail["Subject"] == "Transcript of abc-defg-hij, 2026-03-04 12:00 UTC"
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert names == [f"2026-03-04-1200-abc-defg-hij.{kind}" for kind in ("txt", "docx")]
    assert "It was short" in mail.get_body().get_content()
    assert sorted(path.name for path in (tmp_path / "drop").iterdir()) == sorted(names)

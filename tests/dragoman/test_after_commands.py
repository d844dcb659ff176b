"""Search, notes, exports and deletion on the command line."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.meetings import Meeting, MeetingState
from domain.transcripts import Segment
from dragoman.cli import main
from storage.database import Database
from storage.meetings import SqlMeetingStore
from storage.transcripts import SqlTranscriptStore

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


async def _fill(path: Path) -> None:
    async with Database(path) as database:
        for number in (1, 2):
            meeting = Meeting(
                f"abcd{number}234", "l", f"abc-defg-hi{number}", "Bot", (),
                MeetingState.ENDED, NOON, NOON, NOON,
            )  # fmt: skip
            await SqlMeetingStore(database).create(meeting)
            text = "We decided to buy a penguin. I will feed it tomorrow."
            said = Segment(f"s{number}", meeting.id, "a", "Ana", "en", 1, 5, text, 1, "e")
            await SqlTranscriptStore(database).write([said])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    asyncio.run(_fill(tmp_path / "dragoman.db"))
    return tmp_path


def test_what_was_said_is_found_noted_exported_and_deleted(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        code = main([*arguments, "--data", str(data)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return code, told.out + told.err

    assert run("search", "pengu*")[1].count("abcd") == 2
    assert run("search", "unicorn")[0] == 1
    assert run("search", "penguin", "--since", "soon")[0] == 2
    assert run("search", "penguin", "--zip", str(data / "all.zip"))[0] == 0
    assert (data / "all.zip").read_bytes().startswith(b"PK")
    told = run("notes", "abcd1")[1]
    assert "Decisions" in told
    assert "(Ana, due: tomorrow, 00:00:01.000)" in told
    assert run("notes", "abcd1", "--ask", "Who feeds the penguin?")[0] == 0
    assert run("export", "abcd1", "--format", "docx")[0] == 2
    for name in ("docx", "csv", "zip"):
        assert run("export", "abcd1", "--format", name, "--out", str(data / f"x.{name}"))[0] == 0
    assert "To be deleted: 1" in run("meetings", "delete", "abcd1", "--dry-run")[1]
    assert "Deleted: 1" in run("meetings", "delete", "abcd1")[1]
    assert run("meetings", "delete", "abcd1")[0] == 2
    assert run("meetings", "delete")[0] == 2
    assert run("search", "penguin")[1].count("abcd") == 1


def test_what_is_old_expires(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["meetings", "expire", "--data", str(data)]) == 0
    assert "Deleted: 0" in capsys.readouterr().out
    monkeypatch.setenv("DRAGOMAN_RETENTION__TRANSCRIPTS_DAYS", "30")
    assert main(["meetings", "expire", "--dry-run", "--data", str(data)]) == 0
    assert "To be deleted: 2" in capsys.readouterr().out
    assert main(["meetings", "expire", "--data", str(data)]) == 0
    assert main(["meetings", "--data", str(data)]) == 0
    assert "No meetings yet" in capsys.readouterr().out

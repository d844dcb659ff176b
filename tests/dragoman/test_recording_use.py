"""What is done with a recording: checked, taken away, heard again, served."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import StorageError
from domain.hints import LoudnessHint, RosterHint
from domain.meetings import Meeting, MeetingState, Reason, StateChange
from domain.people import Participant
from domain.transcripts import Segment
from dragoman.cli import main
from dragoman.hintfile import TimedHint
from dragoman.meeting_row import new_meeting
from dragoman.recording.keeping import folder_of
from dragoman.recording.writer import Limits, RecordingWriter, TimedFrame
from dragoman.serve.soundtracks import RecordedSounds
from dragoman.settings import Settings, load_settings
from dragoman.store import open_stores
from dragoman.transcribe.decode import SoundFile
from dragoman.transcribe.moments import FileRecording
from storage.recordings import SqlRecordingStore


@pytest.fixture
def recorded(talk: Path, tmp_path: Path) -> tuple[Settings, Meeting]:
    """A meeting that was recorded and never noted, as after a kill."""
    return asyncio.run(_record(talk, tmp_path))


async def _record(talk: Path, tmp_path: Path) -> tuple[Settings, Meeting]:
    settings = load_settings(None, {"data": tmp_path / "data", "translation": {"targets": ("es",)}})
    async with open_stores(settings) as stores:
        meeting = new_meeting("meet:abc", "abc", settings)
        await stores.meetings.create(meeting)
        done = StateChange(MeetingState.ENDED, Reason.HOST_ENDED, meeting.created_at)
        await stores.meetings.change(meeting.id, done)
        said = Segment("live-1", meeting.id, "p1", "Ana", "en", 0.1, 3.5, "Could morning", 0.4, "x")
        await stores.transcripts.write([said])
    writer = RecordingWriter(folder_of(settings, meeting.id), meeting.id, Limits(10**9, 0))
    writer.open(datetime.now(UTC), 0.0)
    hints = [RosterHint((Participant("p1", "Ana"),), 0.0), LoudnessHint("a", "p1", 0.5, 0.1)]
    writer.take([TimedHint(hint, hint.at_s) for hint in hints], 0.1)
    with SoundFile(talk) as sound:
        async for moment in FileRecording(sound).moments(0.1):
            frames = [TimedFrame(replace(frame, track="a"), moment.at_s) for frame in moment.frames]
            writer.take(frames, moment.at_s)
    writer.close()
    return settings, meeting


def run(*arguments: str) -> int:
    return main(arguments)


async def _led(settings: Settings, meeting: Meeting) -> list[str]:
    """Segments whose sound is known."""
    async with open_stores(settings) as stores:
        return list(await SqlRecordingStore(stores.database).sounds_of(meeting.id))


def test_it_is_checked_exported_refined_and_replayed(
    recorded: tuple[Settings, Meeting], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, meeting = recorded
    data = ("--data", str(settings.data))
    assert run("recording", meeting.id[:8], "--verify", "--out", str(tmp_path / "all.wav"),
                     "--apart", str(tmp_path / "apart"), *data) == 0  # fmt: skip
    assert "Every piece is there" in capsys.readouterr().out
    with (
        SoundFile(tmp_path / "all.wav") as whole,
        SoundFile(tmp_path / "apart/track-1.flac") as one,
    ):
        assert whole.declared_s == one.declared_s
    assert asyncio.run(_led(settings, meeting)) == ["live-1"]

    asr = ("--asr", "pocketsphinx")
    assert run("refine", meeting.id[:8], *asr, "--diarize", "none", *data) == 0
    outs = [tmp_path / "one", tmp_path / "two"]
    for out in outs:
        assert run("replay", meeting.id[:8], *asr, "--out", str(out), *data) == 0
    one_, two = (json.loads((out / "transcript.json").read_text()) for out in outs)
    told = [(s["speaker"], s["text"], s["start_s"], s["translations"]) for s in one_["segments"]]
    assert told == [
        (s["speaker"], s["text"], s["start_s"], s["translations"]) for s in two["segments"]
    ]
    assert {speaker for speaker, *_ in told} == {"Ana"}
    assert "joining this meeting" in " ".join(text for _, text, *_ in told).lower()
    assert run("export", meeting.id, "--version", "refined", *data) == 0
    assert "joining this meeting" in capsys.readouterr().out.lower()

    piece = next(folder_of(settings, meeting.id).glob("*.flac"))
    piece.write_bytes(piece.read_bytes()[:-9])
    assert run("recording", meeting.id[:8], "--verify", *data) == 1
    assert f"{piece.name}: changed" in capsys.readouterr().out.replace("\n", "")


def test_its_sound_is_served_byte_by_byte(recorded: tuple[Settings, Meeting]) -> None:
    asyncio.run(_serve(*recorded))


async def _serve(settings: Settings, meeting: Meeting) -> None:
    async with open_stores(settings) as stores:
        desk = RecordedSounds(stores.database, settings.data_dir / "meetings")
        found = await desk.soundtrack(meeting.id[:8])
        assert found is not None
        assert found.complete
        whole = b"".join([part async for part in desk.read(meeting.id, 0, found.bytes - 1)])
        assert len(whole) == found.bytes
        assert whole[:4] + whole[8:12] == b"RIFFWAVE"
        for first, last in ((0, 0), (43, 44), (45, 46), (45, 1000), (99_999, 100_010),
                            (found.bytes - 3, found.bytes - 1)):  # fmt: skip
            part = b"".join([p async for p in desk.read(meeting.id, first, last)])
            assert part == whole[first : last + 1]
        other = new_meeting("meet:xyz", "xyz", settings)
        await stores.meetings.create(other)
        assert await desk.soundtrack(other.id) is None


def test_a_manifest_that_names_files_elsewhere_is_refused(
    recorded: tuple[Settings, Meeting], capsys: pytest.CaptureFixture[str]
) -> None:
    settings, meeting = recorded
    path = folder_of(settings, meeting.id) / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["pieces"][0]["file"] = "../../secret.flac"
    path.write_text(json.dumps(told), encoding="utf-8")
    assert run("recording", meeting.id, "--verify", "--data", str(settings.data)) == 2
    assert "names files elsewhere" in capsys.readouterr().err


def test_without_room_nothing_begins(tmp_path: Path) -> None:
    writer = RecordingWriter(tmp_path / "recording", "m1", Limits(10**9, 10**18))
    with pytest.raises(StorageError, match="too little room"):
        writer.open(datetime.now(UTC), 0.0)
    assert not (tmp_path / "recording").exists()

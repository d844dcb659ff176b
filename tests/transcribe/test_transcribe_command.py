"""`dragoman transcribe` from a sound file to its folder, its meeting and its exports."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.meetings import MeetingState, Reason
from dragoman.cli import main
from dragoman.commands.transcribe import folders
from dragoman.settings import load_settings
from dragoman.store import open_stores

ROOT = Path(__file__).parents[2]


def transcript(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / "transcript.json").read_text(encoding="utf-8"))
    return value


def spoken(folder: Path) -> str:
    return " ".join(segment["text"] for segment in transcript(folder)["segments"]).lower()


def transcribe(data: Path, *arguments: str) -> int:
    return main(("transcribe", *arguments, "--asr", "pocketsphinx", "--data", str(data)))


def test_speech_becomes_a_folder_and_a_meeting(
    speech: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    code = transcribe(tmp_path / "data", str(speech), "--translate", "es", "--out", str(out))
    assert code == 0
    said = spoken(out)
    for words in ("good morning everybody", "thank you for joining this meeting", "the month"):
        assert words in said
    first = transcript(out)["segments"][0]
    assert first["translations"]["es"]["state"] in ("final", "failed")
    assert (out / "transcript.es.srt").is_file()
    assert "talk.wav" in (out / "transcript.md").read_text(encoding="utf-8")
    told = capsys.readouterr().out
    assert "100 %" in told
    assert main(("meetings", "--json", "--data", str(tmp_path / "data"))) == 0
    (meeting,) = json.loads(capsys.readouterr().out)
    assert (meeting["code"], meeting["link"]) == ("talk.wav", "file:talk.wav")
    assert (meeting["state"], meeting["reason"]) == ("ended", "sound_ended")


def test_events_tell_wall_and_stream_time(speech: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    transcribe(tmp_path / "data", str(speech), "--out", str(out))
    lines = (out / "events.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    (clock,) = [event for event in events if event["event"] == "Clock"]
    assert clock["began_at"].startswith("20")
    captions = [event for event in events if event["event"] == "CaptionRevised"]
    assert len(captions) > 3
    walls = [event["monotonic_s"] for event in captions]
    streams = [event["caption"]["stamp_s"] for event in captions]
    assert walls == sorted(walls)
    assert streams == sorted(streams)
    for event in captions:
        assert event["caption"]["heard_s"] <= event["caption"]["stamp_s"] + 0.01


def test_names_come_from_hints(speech: Path, tmp_path: Path) -> None:
    hints = tmp_path / "hints.jsonl"
    hints.write_text(
        '{"hint": "roster", "at_s": 0, "participants": [{"id": "p", "name": "Ana"}]}\n'
        '{"hint": "tile", "at_s": 0.1, "participant_id": "p", "speaking": true}\n',
        encoding="utf-8",
    )
    transcribe(
        tmp_path / "data", str(speech), "--hints", str(hints), "--out", str(tmp_path / "out")
    )
    found = transcript(tmp_path / "out")
    assert {segment["speaker"] for segment in found["segments"]} == {"Ana"}
    assert [person["name"] for person in found["participants"]] == ["Ana"]


def test_each_file_has_its_folder_and_a_bad_one_does_not_stop_the_others(
    speech: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.wav"
    empty.write_bytes(b"")
    out = tmp_path / "out"
    code = transcribe(tmp_path / "data", str(empty), str(speech), "--out", str(out))
    assert code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 2
    assert "good morning" in spoken(out / "talk")
    assert not (out / "empty").exists()


def test_a_language_that_the_engine_does_not_know_is_refused(
    sound_file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sound_file("a.wav")
    code = transcribe(tmp_path / "data", str(path), "--speak", "ja", "--out", str(tmp_path / "o"))
    assert code == 2
    assert "does not know Japanese" in capsys.readouterr().err
    assert asyncio.run(_last_state(tmp_path / "data")) == (
        MeetingState.FAILED,
        Reason.INTERNAL_ERROR,
    )


def test_ctrl_c_keeps_what_was_heard(speech: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [
        *(sys.executable, "-u", "-m", "dragoman", "transcribe", str(speech), "--realtime"),
        *("--asr", "pocketsphinx", "--out", str(out), "--data", str(tmp_path / "data")),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "40 %" in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stdout.read()
        code = process.wait(20)
    assert code == 130
    assert "100 %" not in rest
    assert "good morning" in spoken(out)
    assert asyncio.run(_last_state(tmp_path / "data")) == (MeetingState.ENDED, Reason.STOPPED)


async def _last_state(data: Path) -> tuple[MeetingState, Reason]:
    async with open_stores(load_settings(None, {"data": data})) as stores:
        (meeting,) = await stores.meetings.recent()
        return meeting.state, meeting.reason


def test_folders_never_collide() -> None:
    files = [Path("x/a.wav"), Path("y/a.mp3"), Path("b.ogg")]
    assert folders(files[:1], Path("o")) == [Path("o")]
    assert folders(files, Path("o")) == [Path("o/a"), Path("o/a-2"), Path("o/b")]
    assert folders(files[:1], None) == [Path("out/a")]

"""The second pass from kept sound to a version of its own, beside the live one."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import pytest

from domain.captions import TranslationState
from domain.meetings import Meeting, MeetingState, Reason, StateChange
from domain.transcripts import LIVE, REFINED, Segment
from dragoman.cli import main
from dragoman.meeting_row import new_meeting
from dragoman.refine.engines import second_pass
from dragoman.refine.kept import keep_file, keep_traces, sha256_of
from dragoman.settings import Settings, load_settings
from dragoman.store import Stores, open_stores

ROOT = Path(__file__).parents[2]
ENGINE = ("--asr", "pocketsphinx", "--diarize", "none")


def _settings(tmp_path: Path, **given: Any) -> Settings:
    targets = {"translation": {"targets": ("es",)}}
    return load_settings(None, {"data": tmp_path / "data", **targets, **given})


async def _meeting(stores: Stores, settings: Settings, *, ended: bool = True) -> Meeting:
    meeting = new_meeting("file:talk.wav", "talk.wav", settings)
    await stores.meetings.create(meeting)
    if ended:
        done = StateChange(MeetingState.ENDED, Reason.SOUND_ENDED, meeting.created_at)
        await stores.meetings.change(meeting.id, done)
    words = Segment("live-1", meeting.id, "p1", "Ana", "en", 0.1, 3.5, "Could morning", 0.4, "x")
    await stores.transcripts.write([words])
    return meeting


async def _prepare(tmp_path: Path, sound: Path | None, *, ended: bool = True) -> str:
    settings = _settings(tmp_path)
    async with open_stores(settings) as stores:
        meeting = await _meeting(stores, settings, ended=ended)
        if sound is not None and sound.suffix != ".wav":
            await keep_traces(stores.sounds, meeting.id, sound)
        elif sound is not None:
            await keep_file(stores.sounds, meeting.id, sound, ("mix",), 3.5)
        return meeting.id


async def _versions(tmp_path: Path, meeting_id: str) -> tuple[list[Segment], list[Segment]]:
    async with open_stores(_settings(tmp_path)) as stores:
        live = await stores.transcripts.segments(meeting_id, LIVE)
        return list(live), list(await stores.transcripts.segments(meeting_id, REFINED))


def _refine(tmp_path: Path, meeting_id: str, *more: str) -> int:
    data = ("--data", str(tmp_path / "data"))
    return main(("refine", meeting_id[:8], *ENGINE, "--translate", "es", *more, *data))


async def _also_in_spanish(tmp_path: Path, meeting_id: str) -> None:
    async with open_stores(_settings(tmp_path)) as stores:
        words = Segment("live-2", meeting_id, "p2", "Luz", "es", 4, 6, "Muchas gracias", 0.9, "x")
        await stores.transcripts.write([words])


def test_an_engine_that_does_not_know_a_language_of_the_meeting_is_refused(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meeting_id = asyncio.run(_prepare(tmp_path, talk))
    asyncio.run(_also_in_spanish(tmp_path, meeting_id))
    assert _refine(tmp_path, meeting_id) != 0
    told = " ".join(capsys.readouterr().err.split())
    assert "does not know Spanish" in told
    assert "--speak" in told
    assert asyncio.run(_versions(tmp_path, meeting_id))[1] == []
    assert _refine(tmp_path, meeting_id, "--speak", "en") == 0


def test_a_second_pass_stands_beside_the_live_version(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meeting_id = asyncio.run(_prepare(tmp_path, talk))
    before, none = asyncio.run(_versions(tmp_path, meeting_id))
    assert none == []
    found = []
    for _ in range(2):
        assert _refine(tmp_path, meeting_id) == 0
        live, refined = asyncio.run(_versions(tmp_path, meeting_id))
        assert live == before
        found.append([(s.id, s.text, s.speaker, s.start_s) for s in refined])
    assert found[0] == found[1]
    assert "thank you for joining" in " ".join(s.text for s in refined).lower()
    assert {s.speaker for s in refined} == {"Ana"}
    assert {s.participant_id for s in refined} == {"p1"}
    assert {t.state for s in refined for t in s.translations} <= {
        TranslationState.FINAL,
        TranslationState.FAILED,
    }
    told = capsys.readouterr().out
    assert "100 %" in told
    _exports(tmp_path, meeting_id, capsys)


def _exports(tmp_path: Path, meeting_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = ("--data", str(tmp_path / "data"))
    for version, words in (("best", "thank you"), ("refined", "thank you"), ("live", "Could")):
        asked = ("export", meeting_id[:8], "--format", "json", "--version", version)
        assert main((*asked, *data)) == 0
        value = json.loads(capsys.readouterr().out)
        assert value["version"] == ("live" if version == "live" else "refined")
        assert words in " ".join(segment["text"] for segment in value["segments"])
    folder = tmp_path / "all"
    assert main(("export", meeting_id[:8], "--folder", str(folder), *data)) == 0
    assert "Version: refined" in (folder / "transcript.md").read_text(encoding="utf-8")
    assert "refined" in capsys.readouterr().out


def _traces(folder: Path, talk: Path) -> Path:
    folder.mkdir()
    pcm = talk.read_bytes()[44:]
    lines = [
        {"event": "Clock", "began_monotonic_s": 100.0, "began_at": "2026-03-04T12:00:00+00:00"},
        {"event": "Track", "file": "track-0", "track": "t-7"},
    ]
    (folder / "events.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    (folder / "track-0.pcm").write_bytes(pcm)
    index = [f"{n * 0.02:.6f} {100 + n * 0.02:.6f} 320" for n in range(len(pcm) // 640)]
    (folder / "track-0.idx").write_text("\n".join(index) + "\n")
    hints = [
        {"hint": "roster", "at_s": 0, "participants": [{"id": "p9", "name": "Zoe"}]},
        *({"hint": "loudness", "track": "t-7", "participant_id": "p9", "level": 0.5,
           "at_s": n * 0.2} for n in range(20)),
    ]  # fmt: skip
    (folder / "hints.jsonl").write_text("\n".join(map(json.dumps, hints)) + "\n")
    return folder


def test_traces_of_a_session_are_heard_with_their_hints(talk: Path, tmp_path: Path) -> None:
    meeting_id = asyncio.run(_prepare(tmp_path, _traces(tmp_path / "traces", talk)))
    assert _refine(tmp_path, meeting_id) == 0
    _, refined = asyncio.run(_versions(tmp_path, meeting_id))
    assert {s.speaker for s in refined} == {"Zoe"}


def _refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, meeting_id: str, *more: str
) -> tuple[int, str]:
    code = _refine(tmp_path, meeting_id, *more)
    told = capsys.readouterr().err
    assert len(told.strip().splitlines()) == 2
    return code, told


def test_without_sound_the_remedy_is_told(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meeting_id = asyncio.run(_prepare(tmp_path, None))
    code, told = _refused(capsys, tmp_path, meeting_id)
    assert code == 3
    assert "--sound" in told
    code, told = _refused(capsys, tmp_path, meeting_id, "--sound", str(tmp_path / "none.wav"))
    assert code == 3
    assert "none.wav" in told
    code, told = _refused(capsys, tmp_path, "feedbeef")
    assert code == 2
    asked = ("export", meeting_id[:8], "--version", "refined", "--data", str(tmp_path / "data"))
    assert main(asked) == 2
    assert "dragoman refine" in capsys.readouterr().err


def test_sound_that_is_gone_or_changed_is_told(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.wav"
    shutil.copy(talk, copy)
    meeting_id = asyncio.run(_prepare(tmp_path, copy))
    copy.write_bytes(copy.read_bytes()[:-2])
    code, told = _refused(capsys, tmp_path, meeting_id)
    assert (code, "has changed" in told) == (2, True)
    copy.unlink()
    code, told = _refused(capsys, tmp_path, meeting_id)
    assert (code, "no longer at" in told) == (3, True)


def test_a_running_meeting_is_left_alone(
    talk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meeting_id = asyncio.run(_prepare(tmp_path, talk, ended=False))
    code, told = _refused(capsys, tmp_path, meeting_id)
    assert code == 2
    assert "dragoman leave" in told


def test_silence_does_not_replace_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import wave

    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(bytes(32000))
    meeting_id = asyncio.run(_prepare(tmp_path, path))
    code, told = _refused(capsys, tmp_path, meeting_id)
    assert (code, "no words" in told) == (4, True)
    assert asyncio.run(_versions(tmp_path, meeting_id))[1] == []


def _for_long(talk: Path, path: Path) -> Path:
    """The sentence again and again, for minutes."""
    with wave.open(str(talk)) as once, wave.open(str(path), "wb") as often:
        often.setparams(once.getparams())
        often.writeframes(once.readframes(once.getnframes()) * 60)
    return path


def test_ctrl_c_leaves_everything_as_it_was(talk: Path, tmp_path: Path) -> None:
    meeting_id = asyncio.run(_prepare(tmp_path, _for_long(talk, tmp_path / "long.wav")))
    data = ("--data", str(tmp_path / "data"))
    process = subprocess.Popen(
        [sys.executable, "-m", "dragoman", "refine", meeting_id[:8], *ENGINE, *data],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "hearing" in line:
            break
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "as it was" in rest
    assert asyncio.run(_versions(tmp_path, meeting_id))[1] == []


def test_the_second_pass_takes_its_time(tmp_path: Path) -> None:
    settings = second_pass(_settings(tmp_path, refine={"model": "small"}), ("en", "de"))
    hearing = settings.hearing
    assert (hearing.model, hearing.step_s, hearing.languages) == ("small", 0.0, ("en", "de"))
    assert hearing.max_utterance_s > 20
    assert settings.speakers.diarizer == "none"
    assert settings.refine.diarizer == "auto"


def test_a_checksum_is_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a" * 3_000_000)
    whole = sha256_of(path)
    path.write_bytes(b"a" * 2_999_999 + b"b")
    assert sha256_of(path) != whole

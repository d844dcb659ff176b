"""Which virtual webcam is taken, and what people are told of it."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from domain.clock import FakeClock
from domain.errors import UsageError
from domain.events import Event, Notice
from dragoman import webcam
from dragoman.cli import main
from dragoman.commands import demo, join, listen, transcribe
from dragoman.settings import load_settings
from dragoman.webcam import examine_webcam, pick, webcams
from overlay.sinks.loopback import LOAD, TAKEN, Loopback
from overlay.sinks.webcam import Webcam

FREE = Loopback("/dev/video11", "Dragoman", True)
BUSY = Loopback("/dev/video10", "Other", False)


def given(command: Any, *arguments: str) -> str:
    """The setting that a command's arguments make."""
    parser = argparse.ArgumentParser()
    made = command.add(parser.add_subparsers())
    overrides = command.overrides(made.parse_args(arguments))
    return load_settings(None, overrides).camera.webcam


@pytest.mark.parametrize(
    ("command", "arguments"),
    [(join, ("abc-defg-hij",)), (listen, ()), (demo, ()), (transcribe, ("talk.wav",))],
    ids=["join", "listen", "demo", "transcribe"],
)
def test_commands_take_a_webcam(command: Any, arguments: tuple[str, ...]) -> None:
    assert given(command, *arguments, "--camera", "v4l2:/dev/video10") == "v4l2:/dev/video10"
    assert given(command, *arguments) == "off"


@pytest.mark.parametrize("choice", ["obs", "/dev/video10", "v4l2:video10", "camera"])
def test_a_choice_that_makes_no_sense_is_refused(choice: str) -> None:
    with pytest.raises(UsageError, match="camera.webcam"):
        load_settings(None, {"camera": {"webcam": choice}})


def test_a_file_is_shown_at_its_own_speed_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("transcribe", "talk.wav", "--camera", "auto", "--data", str(tmp_path))) == 2
    assert "--realtime" in capsys.readouterr().err


def test_the_first_free_device_is_picked_and_told() -> None:
    device, why = pick([BUSY, FREE, Loopback("/dev/video12", "Dragoman", True)])
    assert device == "/dev/video11"
    assert "/dev/video11" in why


def test_no_free_device_is_told_with_its_remedy() -> None:
    device, why = pick([])
    assert device is None
    assert LOAD in why
    device, why = pick([BUSY])
    assert device is None
    assert "/dev/video10 (Other, in use by another program)" in why
    assert TAKEN in why


async def test_auto_without_a_device_leaves_the_own_camera(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webcam, "loopbacks", list)
    told: list[Event] = []
    assert await webcams("auto", FakeClock(3.0), told.append) == []
    (notice,) = told
    assert isinstance(notice, Notice)
    assert (notice.kind, notice.at_s) == ("webcam_choice", 3.0)
    assert "only the bot's own camera" in notice.text


async def test_auto_takes_the_free_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webcam, "loopbacks", lambda: [BUSY, FREE])
    told: list[Event] = []
    (sink,) = await webcams("auto", FakeClock(), told.append)
    assert isinstance(sink, Webcam)
    assert "/dev/video11" in str(told)
    await sink.aclose()


async def test_off_and_a_named_device_need_no_choosing() -> None:
    told: list[Event] = []
    assert await webcams("off", FakeClock(), told.append) == []
    assert len(await webcams("v4l2:/dev/video10", FakeClock(), told.append)) == 1
    assert told == []


async def test_doctor_tells_what_is_missing(tmp_path: Path) -> None:
    health = await examine_webcam("auto", tmp_path)
    assert not health.ok
    assert "no v4l2loopback device" in health.found
    assert health.remedy == LOAD
    for part in ("video_nr=10", "card_label=Dragoman", "exclusive_caps=1", "devices=1"):
        assert part in health.remedy


async def test_doctor_does_not_take_another_camera_for_it(tmp_path: Path) -> None:
    (tmp_path / "video0").write_bytes(b"a camera of another kind")
    assert not (await examine_webcam("off", tmp_path)).ok

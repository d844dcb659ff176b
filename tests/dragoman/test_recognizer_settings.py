"""The recognisers as the settings ask for them."""

from pathlib import Path

import pytest

from domain.errors import MissingError
from domain.events import Event, Notice
from dragoman.doctor import examine
from dragoman.hearing import open_recognizer, recognizer_builders
from dragoman.settings import load_settings
from dragoman.settings_file import write_settings
from pipeline.asr import ENGINES


def test_every_engine_can_be_built() -> None:
    builders = recognizer_builders(load_settings(None).hearing)
    assert set(builders) == set(ENGINES)
    assert {name: build().info.name for name, build in builders.items()} == {n: n for n in ENGINES}


async def test_settings_reach_the_engines(tmp_path: Path) -> None:
    hearing = {
        "model_path": tmp_path,
        "openai_url": "http://127.0.0.1:9/v1",
        "openai_key": "hunter2",
    }
    settings = load_settings(None, {"data": tmp_path, "hearing": hearing})
    assert "hunter2" not in repr(settings)
    assert load_settings(write_settings(settings, tmp_path / "bot.toml")) == settings
    builders = recognizer_builders(settings.hearing)
    found = []
    for name in ("faster-whisper", "openai-audio"):
        engine = builders[name]()
        found.append((await engine.health()).found)
        await engine.aclose()
    assert "lacks model.bin" in found[0]
    assert str(tmp_path) in found[0]
    assert found[1].startswith("http://127.0.0.1:9/v1 does not answer")


async def test_a_named_engine_that_does_not_work_is_told_with_its_remedy(tmp_path: Path) -> None:
    settings = load_settings(None, {"hearing": {"engine": "openai-audio"}})
    with pytest.raises(MissingError, match="openai_url"):
        async with open_recognizer(settings.hearing, lambda event: None):
            pass


async def test_the_choice_is_told_once() -> None:
    told: list[Event] = []
    settings = load_settings(None, {"hearing": {"engine": "scripted"}})
    async with open_recognizer(settings.hearing, told.append) as recognizer:
        assert recognizer.info.name == "scripted"
    assert [event.kind for event in told if isinstance(event, Notice)] == ["recognizer"]


async def test_doctor_lists_every_engine_and_fetches_nothing(tmp_path: Path) -> None:
    hearing = {"model": "small", "allow_download": True, "engine": "faster-whisper"}
    settings = load_settings(None, {"data": tmp_path, "hearing": hearing})
    checks = {check.name: check for check in await examine(settings)}
    assert {f"speech: {name}" for name in set(ENGINES) - {"scripted"}} <= set(checks)
    assert checks["speech: faster-whisper"].essential
    assert not checks["speech: openai-audio"].essential

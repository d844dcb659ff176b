"""`dragoman voices`, and the diarizer that the settings ask for."""

import math
import wave
from pathlib import Path

import numpy as np
import pytest

from domain.audio import SAMPLE_RATE
from domain.errors import MissingError, UsageError
from domain.events import Event, Notice
from dragoman.cli import main
from dragoman.commands.voices import delete, enrol, whose
from dragoman.settings import load_settings
from dragoman.speakers import diarizer_builders, open_diarizer, open_voice_model
from pipeline.diarization import ENGINES
from pipeline.diarization.enrol import VoiceVector
from storage.memory import MemoryVoiceprintStore


class Numbers:
    """A voice model that takes the first samples for the vector."""

    least_likeness = 0.8
    margin = 0.05

    async def model(self) -> str:
        return "numbers"

    async def embed(self, pcm: bytes) -> VoiceVector:
        values = np.frombuffer(pcm[:4], dtype="<i2").astype(float)
        length = math.sqrt(float(values @ values))
        return VoiceVector(tuple(float(v) / length for v in values), len(pcm) / 2)


def pcm(*values: int) -> bytes:
    return np.array([*values, *[0] * 10], dtype="<i2").tobytes()


async def test_a_person_is_enrolled_recognised_and_deleted_for_good() -> None:
    store, model = MemoryVoiceprintStore(), Numbers()
    saved = await enrol(store, model, "Ana", "Ana agreed by mail", pcm(100, 0))
    (kept,) = await store.voiceprints()
    assert kept == saved
    assert (kept.name, kept.model, kept.consent) == ("Ana", "numbers", "Ana agreed by mail")
    assert kept.consent_at.tzinfo is not None
    assert await whose(store, model, pcm(100, 10)) == "Ana"
    assert await whose(store, model, pcm(0, 100)) == ""
    assert await delete(store, "Ana") == 1
    assert await store.voiceprints() == []
    assert await whose(store, model, pcm(100, 10)) == ""


async def test_two_people_who_are_alike_are_nobody() -> None:
    store, model = MemoryVoiceprintStore(), Numbers()
    await enrol(store, model, "Ana", "yes", pcm(100, 0))
    await enrol(store, model, "Ben", "yes", pcm(100, 5))
    assert await whose(store, model, pcm(100, 2)) == ""


@pytest.mark.parametrize(("name", "consent"), [("Ana", ""), ("Ana", "  "), (" ", "yes")])
async def test_without_consent_or_name_nothing_is_kept(name: str, consent: str) -> None:
    store = MemoryVoiceprintStore()
    with pytest.raises(UsageError):
        await enrol(store, Numbers(), name, consent, pcm(1, 0))
    assert await store.voiceprints() == []


async def test_deleting_goes_by_id_by_its_beginning_or_by_name() -> None:
    store, model = MemoryVoiceprintStore(), Numbers()
    first = await enrol(store, model, "Ana", "yes", pcm(1, 0))
    second = await enrol(store, model, "Ana", "yes", pcm(1, 0))
    third = await enrol(store, model, "Ben", "yes", pcm(1, 0))
    assert await delete(store, first.id) == 1
    assert await delete(store, third.id[:8]) == 1
    assert [v.id for v in await store.voiceprints()] == [second.id]
    with pytest.raises(UsageError, match="no voice"):
        await delete(store, third.id)
    with pytest.raises(UsageError, match="no voice"):
        await delete(store, "")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Ten seconds that a voice activity network takes for speech or not: the command must cope."""
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(bytes(SAMPLE_RATE * 20))
    return path


def test_the_command_refuses_silence_and_missing_consent(
    tmp_path: Path, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert main(["voices", "add", "Ana", str(recording), *data]) == UsageError.exit_code
    assert "consent" in capsys.readouterr().err
    wanted = ["voices", "add", "Ana", str(recording), "--consent", "yes", *data]
    assert main(wanted) == UsageError.exit_code
    assert "0.0 s of speech" in capsys.readouterr().err
    assert main(["voices", "list", *data]) == 0
    assert "Nobody is enrolled" in capsys.readouterr().out
    assert main(["voices", "delete", "Ana", *data]) == UsageError.exit_code
    assert main(["voices", "test", str(tmp_path / "none.wav"), *data]) == MissingError.exit_code


def test_every_engine_can_be_built() -> None:
    builders = diarizer_builders(load_settings(None).speakers)
    assert {name: build().info.name for name, build in builders.items()} == {n: n for n in ENGINES}


async def test_the_choice_is_told_once() -> None:
    told: list[Event] = []
    settings = load_settings(None, {"speakers": {"diarizer": "light"}})
    async with open_diarizer(settings.speakers, told.append) as diarizer:
        assert diarizer.info.name == "light"
    assert [event.kind for event in told if isinstance(event, Notice)] == ["diarizer"]


async def test_a_speaker_model_that_is_given_is_the_one_used(tmp_path: Path) -> None:
    settings = load_settings(None, {"speakers": {"model_path": tmp_path / "voices.onnx"}})
    with pytest.raises(MissingError, match="voices.onnx"):
        async with open_diarizer(settings.speakers, lambda event: None):
            pass


async def test_an_engine_that_hears_no_voices_enrols_nobody() -> None:
    settings = load_settings(None, {"speakers": {"diarizer": "none"}})
    with pytest.raises(UsageError, match="cannot enrol"):
        async with open_voice_model(settings.speakers):
            pass

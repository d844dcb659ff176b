"""The light diarizer, on made voices and on recordings."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter

from domain.audio import SAMPLE_RATE
from domain.errors import UsageError
from domain.speakers import Turn, Voiceprint
from pipeline.diarization.choose import choose
from pipeline.diarization.light import Light, LightSettings
from pipeline.diarization.spectra import Floats, log_mel
from pipeline.diarization.turns import TurnBook
from pipeline.diarization.vectors import Rules, unit
from pipeline.vad.scripted import ScriptedVad

FORMANTS = {"low": (300, 900, 2200), "high": (700, 1800, 3400), "other": (450, 2500, 5000)}


def voice(kind: str, seconds: float, seed: int = 1) -> bytes:
    """Noise through three resonances: one voice, always saying something else."""
    sound = np.random.default_rng(seed).normal(size=int(seconds * SAMPLE_RATE))
    for hertz in FORMANTS[kind]:
        angle, radius = 2 * np.pi * hertz / SAMPLE_RATE, 0.95
        sound = lfilter([1.0], [1, -2 * radius * np.cos(angle), radius**2], sound)
    return (sound / np.abs(sound).max() * 20000 + 1).astype("<i2").tobytes()


class Bands:
    """Voices by how loud their bands are: enough for voices made of noise."""

    name = "bands"
    rules = Rules(assign=0.3, update=0.3, split=0.3, new_s=1.5, recognise=0.9)

    def vector(self, samples: Floats) -> Floats | None:
        mean = log_mel(samples, 40).mean(axis=0)
        return unit(mean - mean.mean()) if len(samples) > 8000 else None


def pause(seconds: float) -> bytes:
    return bytes(int(seconds * SAMPLE_RATE) * 2)


@pytest.fixture
async def light() -> AsyncIterator[Light]:
    made = Light(vad=ScriptedVad, vectors=Bands())
    yield made
    await made.aclose()


async def feed(light: Light, pcm: bytes, people: tuple[Voiceprint, ...] = ()) -> list[Turn]:
    stream, book = await light.open("a", people), TurnBook()
    for at in range(0, len(pcm), 12800):
        book.apply(await stream.feed(pcm[at : at + 12800], 50 + at / 2 / SAMPLE_RATE))
    book.apply(await stream.finish())
    await stream.aclose()
    return book.turns()


def order(turns: list[Turn]) -> list[str]:
    return [turn.label for turn in turns]


async def test_two_voices_are_told_apart_and_keep_their_labels(light: Light) -> None:
    pcm = b"".join(voice(kind, 3, seed) + pause(1) for seed, kind in enumerate(["low", "high"] * 3))
    turns = await feed(light, pcm)
    assert order(turns) == ["voice 1", "voice 2"] * 3
    starts = [turn.start_s for turn in turns]
    assert starts == pytest.approx([50, 54, 58, 62, 66, 70], abs=0.1)
    assert [t.label for t in await light.whole(pcm)] == ["voice 1", "voice 2"] * 3


async def test_one_voice_stays_one_voice(light: Light) -> None:
    pcm = b"".join(voice("low", 2, seed) + pause(1) for seed in range(10))
    assert set(order(await feed(light, pcm))) == {"voice 1"}


async def test_a_voice_that_returns_after_the_window_gets_its_own_label_back() -> None:
    light = Light(LightSettings(window_s=20), ScriptedVad, Bands())
    kinds = ["low", *["high"] * 10, "low", "other"]
    pcm = b"".join(voice(kind, 3, seed) + pause(1) for seed, kind in enumerate(kinds))
    turns = await feed(light, pcm)
    await light.aclose()
    assert order(turns) == ["voice 1", *["voice 2"] * 10, "voice 1", "voice 3"]


async def test_lost_sound_ends_a_turn_and_times_go_on(light: Light) -> None:
    stream, book = await light.open("a"), TurnBook()
    book.apply(await stream.feed(voice("low", 3), 10.0))
    book.apply(await stream.feed(voice("low", 3), 20.0))
    book.apply(await stream.finish())
    assert [(round(t.start_s), round(t.end_s)) for t in book.turns()] == [(10, 13), (20, 23)]


async def test_corrections_reach_a_taker_who_was_told_something_else() -> None:
    light = Light(LightSettings(reconsider_s=8), ScriptedVad, Bands())
    stream, book = await light.open("a"), TurnBook()
    book.apply(await stream.feed(voice("low", 2) + pause(1) + voice("high", 2.5), 0.0))
    first = order(book.turns())
    book.apply(await stream.feed(pause(1) + voice("high", 3, 5) + pause(1), 5.5))
    book.apply(await stream.finish())
    await light.aclose()
    assert set(first) == {"voice 1"}
    assert order(book.turns()) == ["voice 1", "voice 2", "voice 2"]


async def enrolled(light: Light, name: str, kind: str) -> Voiceprint:
    found = await light.embed(voice(kind, 9, 77))
    model = await light.model()
    now = datetime.now(UTC)
    return Voiceprint(kind, name, model, found.vector, found.speech_s, "agreed", now)


async def test_an_enrolled_voice_has_its_name_and_a_stranger_none(light: Light) -> None:
    ana = await enrolled(light, "Ana", "low")
    pcm = b"".join(voice(kind, 4, seed) + pause(1) for seed, kind in enumerate(["low", "high"] * 3))
    for turns in (await feed(light, pcm, (ana,)), list(await light.whole(pcm, (ana,)))):
        assert {(turn.label, turn.name) for turn in turns} == {("voice 1", "Ana"), ("voice 2", "")}


async def test_a_print_of_another_model_names_nobody(light: Light) -> None:
    ana = replace(await enrolled(light, "Ana", "low"), model="another")
    assert {turn.name for turn in await feed(light, voice("low", 12), (ana,))} == {""}


async def test_two_people_who_are_alike_are_not_named(light: Light) -> None:
    ana = await enrolled(light, "Ana", "low")
    twin = replace(ana, id="twin", name="Twin")
    assert {turn.name for turn in await feed(light, voice("low", 12), (ana, twin))} == {""}


async def test_too_little_speech_is_no_enrolment(light: Light) -> None:
    with pytest.raises(UsageError, match=r"2\.\d s of speech"):
        await light.embed(voice("low", 2) + pause(5))


async def test_auto_takes_what_works_and_says_why() -> None:
    diarizer, reason = await choose("light")
    assert diarizer.info.name == "light"
    assert "cepstra" in reason
    await diarizer.aclose()


async def test_a_speaker_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    light = Light(LightSettings(model_path=tmp_path / "none.onnx"))
    health = await light.health()
    await light.aclose()
    assert not health.ok
    assert "none.onnx" in health.found


async def test_three_recorded_voices_are_told_apart(sample: Callable[[str], bytes]) -> None:
    light = Light()
    pcm = sample("multi/pv_falcon_test.wav")
    online, whole = await feed(light, pcm), list(await light.whole(pcm))
    await light.aclose()
    assert len(set(order(online))) == len(set(order(whole))) == 3


@pytest.mark.parametrize("name", ["speakers/az_enroll_katie.wav", "vad/silero_test.wav"])
async def test_one_recorded_voice_stays_one(sample: Callable[[str], bytes], name: str) -> None:
    light = Light()
    turns = await feed(light, sample(name))
    await light.aclose()
    assert set(order(turns)) == {"voice 1"}

"""An echo of the bot is known by its sound, whatever a recogniser makes of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import resample_poly

from domain.audio import FRAME_SAMPLES, SAMPLE_RATE, Frame
from domain.speech import SpokenUpdate, Word
from domain.voices import Speech, SpeechRequest
from pipeline.voice import echo_sound
from pipeline.voice.echo_sound import STEP_S, course, course_of, likeness
from pipeline.voice.flite import FliteVoice
from pipeline.voice.own_speech import OwnSpeech

pytestmark = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")

SAID = "The new plan is ready for the team."
OTHER = "Can you send me the numbers before Friday?"
BEGAN_S = 10.0


@cache
def spoken(text: str, voice: str = "slt", rate: int = SAMPLE_RATE) -> Speech:
    speech = asyncio.run(FliteVoice(voice).speak(SpeechRequest(text, "en", 1.0)))
    return Speech(pcm(resample_poly(samples(speech), rate, speech.rate)), rate, "en")


def samples(speech: Speech) -> Any:
    return np.frombuffer(speech.pcm, "<i2").astype(np.float32) / 32768


def pcm(sound: Any) -> bytes:
    return bytes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def in_a_room(sound: Any, noise_db: float = -25.0) -> Any:
    """Quieter, with an echo of the walls and steady noise."""
    dice = np.random.default_rng(7)
    tail = dice.standard_normal(4800) * np.exp(-np.arange(4800) / 960) * 0.1
    tail[0] = 1
    heard = np.convolve(sound * 0.3, tail)
    loudness = np.sqrt(np.mean(np.square(heard)))
    return heard + dice.standard_normal(len(heard)) * loudness * 10 ** (noise_db / 20)


async def frames(sound: Any, start_s: float, track: str) -> AsyncIterator[Frame]:
    data = pcm(sound)
    for number in range(len(sound) // FRAME_SAMPLES):
        piece = data[number * FRAME_SAMPLES * 2 : (number + 1) * FRAME_SAMPLES * 2]
        yield Frame(track, start_s + number * FRAME_SAMPLES / SAMPLE_RATE, piece)


def misheard(start_s: float, end_s: float, *, final: bool = True, track: str = "mix") -> Any:
    texts = "any bland day they really fought the cream".split()
    step_s = (end_s - start_s) / len(texts)
    words = tuple(
        Word(text, start_s + step_s * number, start_s + step_s * (number + 1))
        for number, text in enumerate(texts)
    )
    return SpokenUpdate(
        f"{track}-1", "", "", "en", words, stable=len(words), final=final, start_s=start_s,
        end_s=end_s, engine="e",
    )  # fmt: skip


async def passes(sound: Any, start_s: float, said: Speech, **changes: Any) -> bool:
    """Whether misheard words pass that were heard with a sound while the bot spoke."""
    own = OwnSpeech()
    own.note(SAID, BEGAN_S, BEGAN_S + said.length_s, course_of(said))
    async for _ in own.hearing(frames(sound, start_s, "mix")):
        pass
    end_s = start_s + len(sound) / SAMPLE_RATE
    passed = own.filter(misheard(start_s, end_s, **changes))
    return passed is not None and bool(passed.words)


@pytest.mark.parametrize("lag_s", [0.05, 0.6, 1.9])
@pytest.mark.parametrize("rate", [16_000, 24_000])
async def test_misheard_words_of_an_echo_are_stopped(lag_s: float, rate: int) -> None:
    echo = in_a_room(samples(await asyncio.to_thread(spoken, SAID)))
    said = await asyncio.to_thread(spoken, SAID, "slt", rate)
    assert not await passes(echo, BEGAN_S + lag_s, said)
    assert not await passes(echo, BEGAN_S + lag_s, said, final=False)


async def test_a_part_of_an_echo_is_stopped() -> None:
    said = await asyncio.to_thread(spoken, SAID)
    whole = in_a_room(samples(said))
    assert not await passes(whole[: round(1.2 * SAMPLE_RATE)], BEGAN_S + 0.6, said)
    assert not await passes(whole[SAMPLE_RATE:], BEGAN_S + 1.6, said)


async def test_others_who_speak_meanwhile_pass() -> None:
    said = await asyncio.to_thread(spoken, SAID)
    for text, voice in ((OTHER, "slt"), (OTHER, "kal"), (SAID, "kal"), (SAID, "rms")):
        speech = await asyncio.to_thread(spoken, text, voice)
        assert await passes(in_a_room(samples(speech)), BEGAN_S + 0.6, said)


async def test_the_same_sound_at_another_time_or_on_another_track_passes() -> None:
    said = await asyncio.to_thread(spoken, SAID)
    echo = in_a_room(samples(said))
    assert await passes(echo, BEGAN_S + 9.0, said)
    assert await passes(echo, BEGAN_S + 0.6, said, track="other")


async def test_somebody_louder_than_the_echo_passes() -> None:
    said = await asyncio.to_thread(spoken, SAID)
    person = samples(await asyncio.to_thread(spoken, OTHER, "rms"))
    echo = samples(said)
    both = np.zeros(max(len(person), len(echo)))
    both[: len(person)] += person
    both[: len(echo)] += 0.1 * echo
    assert await passes(both, BEGAN_S + 0.6, said)


@pytest.mark.parametrize("first", [True, False])
async def test_somebody_who_speaks_before_or_after_the_echo_passes(first: bool) -> None:
    said = await asyncio.to_thread(spoken, SAID)
    person = samples(await asyncio.to_thread(spoken, OTHER, "rms"))[: round(1.2 * SAMPLE_RATE)]
    parts = (person, samples(said)) if first else (samples(said), person)
    start_s = BEGAN_S + 0.6 - (1.2 if first else 0.0)
    assert await passes(in_a_room(np.concatenate(parts)), start_s, said)


async def test_sentences_that_are_too_short_or_over_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said, own = await asyncio.to_thread(spoken, "Yes, of course."), OwnSpeech()
    for number in range(10):
        start_s = BEGAN_S + 1.4 * number
        own.note("Yes, of course.", start_s, start_s + said.length_s, course_of(said))
    async for _ in own.hearing(frames(np.zeros(15 * SAMPLE_RATE), BEGAN_S, "mix")):
        pass
    monkeypatch.delattr(echo_sound, "_joined")
    assert own.filter(misheard(BEGAN_S, BEGAN_S + 15.0)) is not None


def test_the_delay_is_told() -> None:
    said = course_of(spoken(SAID))
    late = round(0.2 / STEP_S)
    found, place = likeness(said[late:], said, range(-50, 50))
    assert found == pytest.approx(1.0, abs=1e-5)
    assert place == late


@given(st.integers(0, 3000), st.integers(1, 5))
def test_any_sound_of_any_length_has_a_likeness(length: int, seed: int) -> None:
    sound = np.random.default_rng(seed).standard_normal(length * 4).astype(np.float32)
    found, _ = likeness(course(sound), course(sound[::-1].copy()), range(-40, 40))
    assert 0 <= found <= 1

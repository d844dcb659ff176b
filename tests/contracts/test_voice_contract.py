"""What every voice keeps to."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from domain.errors import EngineError
from domain.ports import Voice
from domain.voices import SpeechRequest
from pipeline.voice.chain import VoiceChain
from pipeline.voice.espeak import EspeakVoice
from pipeline.voice.flite import FliteVoice
from pipeline.voice.scripted import ScriptedVoice, SilentVoice

MAKE: dict[str, Callable[[], Voice]] = {
    "espeak-ng": EspeakVoice,
    "flite": FliteVoice,
    "scripted": lambda: ScriptedVoice(languages=frozenset({"en", "es"})),
    "chain": lambda: VoiceChain([ScriptedVoice(languages=frozenset({"es"})), EspeakVoice()]),
    "silent": SilentVoice,
}
PROGRAMS = {"espeak-ng": "espeak-ng", "flite": "flite", "chain": "espeak-ng"}
HELLO = "Good morning everybody, the new plan is ready."
HOSTILE = (
    "-v fr --help",
    "--stdout -w {folder}/written.wav",
    "$(touch {folder}/ran) `touch {folder}/ran`; touch {folder}/ran",
    '<speak><audio src="file:///etc/passwd"/><voice name="de">hi</voice></speak>',
    "[[h@'loU]] [[[[x]]]] ]]",
    "a\x00b\x01c\x1b[31m red \u202e gnp.exe \ud800",
    "word " * 4000,
    "x" * 20_000,
    "\u0301" * 500 + "a",
)


@pytest.fixture(params=sorted(MAKE))
async def voice(request: pytest.FixtureRequest) -> AsyncIterator[Voice]:
    program = PROGRAMS.get(request.param)
    if program and shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    made = MAKE[request.param]()
    yield made
    await made.aclose()
    await made.aclose()


def silent(voice: Voice) -> bool:
    return voice.info.name == "silent"


async def test_it_is_healthy_and_says_what_it_found(voice: Voice) -> None:
    health = await voice.health()
    assert health.ok
    assert health.found


async def test_it_speaks(voice: Voice) -> None:
    speech = await voice.speak(SpeechRequest(HELLO, "en"))
    assert speech.language == "en"
    assert speech.rate >= 8000
    assert len(speech.pcm) % 2 == 0
    if not silent(voice):
        assert 1.0 < speech.length_s < 10.0
        samples = np.frombuffer(speech.pcm, "<i2").astype(np.float32)
        assert np.sqrt(np.mean(samples**2)) > 300


async def test_speed_shortens_the_speech(voice: Voice) -> None:
    plain = await voice.speak(SpeechRequest(HELLO, "en"))
    fast = await voice.speak(SpeechRequest(HELLO, "en", speed=1.4))
    if not silent(voice):
        assert 0.55 < fast.length_s / plain.length_s < 0.92


@pytest.mark.parametrize("text", ["", "   ", "…", "?!", "\u200d", "https://example.org/a"])
async def test_nothing_to_say_is_an_error(voice: Voice, text: str) -> None:
    with pytest.raises(EngineError):
        await voice.speak(SpeechRequest(text, "en"))


async def test_a_language_that_it_does_not_speak_is_an_error(voice: Voice) -> None:
    if not voice.info.languages:
        pytest.skip("it speaks every language")
    with pytest.raises(EngineError):
        await voice.speak(SpeechRequest(HELLO, "qqq"))


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_only_spoken(voice: Voice, text: str, tmp_path: Path) -> None:
    before = sorted(os.listdir("."))
    speech = await voice.speak(SpeechRequest(text.replace("{folder}", str(tmp_path)), "en"))
    assert speech.length_s < 180
    assert os.listdir(tmp_path) == []
    assert sorted(os.listdir(".")) == before


async def test_several_texts_at_once_keep_apart(voice: Voice) -> None:
    texts = ["One.", "One two three four five six seven eight nine ten."]
    speeches = await asyncio.gather(*(voice.speak(SpeechRequest(t, "en")) for t in texts))
    if not silent(voice):
        assert speeches[0].length_s < speeches[1].length_s


async def test_a_cancelled_text_leaves_it_usable(voice: Voice) -> None:
    task = asyncio.create_task(voice.speak(SpeechRequest(HELLO * 10, "en")))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert (await voice.speak(SpeechRequest(HELLO, "en"))).language == "en"

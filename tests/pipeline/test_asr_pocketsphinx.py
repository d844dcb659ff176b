"""Real words from real sound: pocketsphinx on flite speech and on noise."""

import asyncio
import os
import re
import resource
import signal
from collections.abc import Callable

import jiwer
import numpy as np
import psutil
import pytest

from domain.errors import EngineUnavailable
from domain.hints import LoudnessHint, RosterHint
from domain.people import Participant
from domain.ports import RecognitionRequest
from pipeline.asr.choose import choose
from pipeline.asr.pocketsphinx import Pocketsphinx
from pipeline.hearing import HearingSettings

pytest.importorskip("pocketsphinx")

TEXT = "Today we want to talk about the budget for the next year."
STEP = 6400
ENGLISH = HearingSettings(languages=("en",))


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


def error_rate(heard: str) -> float:
    return float(jiwer.wer(plain(TEXT), plain(heard) or "-"))


async def hear(engine: Pocketsphinx, pcm: bytes, kill_at: int = -1) -> str:
    stream = await engine.open(RecognitionRequest("a", 0.0))
    try:
        for index in range(0, len(pcm), STEP):
            if index == kill_at * STEP:
                assert stream.pid
                os.kill(stream.pid, signal.SIGKILL)
            await stream.feed(pcm[index : index + STEP])
        return " ".join(word.text for word in (await stream.finish()).words)
    finally:
        await stream.aclose()


async def test_words_are_understood(flite: Callable[[str, str], bytes]) -> None:
    async with Pocketsphinx() as engine:
        assert error_rate(await hear(engine, flite(TEXT, "awb"))) <= 0.25


async def test_a_killed_worker_loses_nothing(flite: Callable[[str, str], bytes]) -> None:
    pcm = flite(TEXT, "awb")
    async with Pocketsphinx() as engine:
        assert error_rate(await hear(engine, pcm, kill_at=8)) <= 0.25


async def test_the_process_with_the_models_may_die_too(flite: Callable[[str, str], bytes]) -> None:
    pcm = flite(TEXT, "awb")
    async with Pocketsphinx() as engine:
        assert (await engine.health()).ok
        os.kill(engine.pids()[0], signal.SIGKILL)
        await asyncio.sleep(0.05)
        assert error_rate(await hear(engine, pcm)) <= 0.25


async def test_processes_end_with_the_engine(flite: Callable[[str, str], bytes]) -> None:
    async with Pocketsphinx() as engine:
        await hear(engine, flite("Hello everybody", "rms"))
        pids = engine.pids()
        assert len(pids) == 2
    for _ in range(40):
        alive = [pid for pid in pids if psutil.pid_exists(pid)]
        if not alive:
            break
        await asyncio.sleep(0.05)
    assert alive == []


async def test_no_room_for_another_process_makes_it_unavailable() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with Pocketsphinx() as engine:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
        try:
            with pytest.raises(EngineUnavailable):
                await engine.open(RecognitionRequest("a", 0.0))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        stream = await engine.open(RecognitionRequest("a", 0.0))
        await stream.aclose()


async def test_decoding_never_holds_the_loop(flite: Callable[[str, str], bytes]) -> None:
    pcm = flite(TEXT, "awb")
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    async with Pocketsphinx() as engine:
        stream = await engine.open(RecognitionRequest("a", 0.0))
        heart = asyncio.create_task(beat())
        await stream.feed(pcm)
        heart.cancel()
        await stream.aclose()
    assert beats >= 20


async def test_auto_takes_it_and_says_why() -> None:
    recognizer, reason = await choose("auto")
    await recognizer.aclose()
    assert recognizer.info.name == "pocketsphinx"
    assert "pocketsphinx" in reason


async def test_through_the_listener_with_silero(room, flite: Callable[[str, str], bytes]) -> None:
    room.speed = 8.0
    room.say("a", 0.5, flite(TEXT, "awb"))
    room.hint(RosterHint((Participant("p1", "Ana"),), 0.0))
    room.hint(LoudnessHint("a", "p1", 0.5, 0.5))
    async with Pocketsphinx() as engine:
        heard = await room.run(engine, ENGLISH, 6.0)
    assert error_rate(heard.text("p1")) <= 0.25
    assert any(not update.final for update in heard.updates)


NOISES = ["white", "tone", "keys", "music"]


def noise(kind: str) -> bytes:
    random = np.random.default_rng(1)
    count = 16000 * 4
    times = np.arange(count) / 16000
    if kind == "white":
        wave = random.normal(0, 0.1, count)
    elif kind == "tone":
        wave = 0.3 * np.sin(2 * np.pi * 440 * times)
    elif kind == "keys":
        wave = np.zeros(count)
        for at in random.integers(0, count - 800, 30):
            wave[at : at + 800] += random.normal(0, 0.4, 800) * np.exp(-np.arange(800) / 80)
    else:
        notes = np.repeat([262, 330, 392, 523] * 4, count // 16)
        wave = 0.2 * sum(np.sin(2 * np.pi * notes * n * times) / n for n in (1, 2, 3))
    return bytes((wave * 32767).clip(-32767, 32767).astype("<i2").tobytes())


@pytest.mark.parametrize("kind", NOISES)
async def test_noise_and_music_give_no_text(room, kind: str) -> None:
    room.say("a", 0.0, noise(kind))
    async with Pocketsphinx() as engine:
        heard = await room.run(engine, ENGLISH, 5.0)
    assert heard.updates == []


@pytest.mark.parametrize("name", ["noise2.wav", "noise3.wav", "noise5.wav"])
async def test_recorded_noise_gives_no_text(
    room, sample: Callable[[str], bytes], name: str
) -> None:
    pcm = sample(f"noise/{name}")
    room.say("a", 0.0, pcm)
    async with Pocketsphinx() as engine:
        heard = await room.run(engine, ENGLISH, len(pcm) / 32000 + 1)
    assert heard.text() == ""


async def test_real_words_change_hands_with_the_speaker(
    room, flite: Callable[[str, str], bytes]
) -> None:
    first = flite("The first point is the new office in the city.", "awb")
    second = flite("I think we should wait until the end of the month.", "awb")
    room.speed = 8.0
    turn_s = 0.5 + len(first) / 32000
    room.say("a", 0.5, first)
    room.say("a", turn_s, second)
    room.hint(RosterHint((Participant("p1", "Ana"), Participant("p2", "Ben")), 0.0))
    for step in range(40):
        at_s = 0.5 + step * 0.2
        person = "p1" if at_s < turn_s else "p2"
        room.hint(LoudnessHint("a", person, 0.5, at_s), late_s=0.2)
    async with Pocketsphinx() as engine:
        heard = await room.run(engine, ENGLISH, turn_s + len(second) / 32000 + 1.5)
    ana, ben = heard.text("p1").split(), heard.text("p2").split()
    assert "first" in ana
    assert "month" in ben
    assert not {"wait", "until", "month"} & set(ana)
    assert not {"point", "office", "city"} & set(ben)

"""Kokoro's process starts and is renewed behind the sentences' backs."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from domain.errors import EngineUnavailable
from domain.voices import SpeechRequest
from pipeline.voice.chain import VoiceChain
from pipeline.voice.kokoro import KokoroVoice
from pipeline.voice.kokoro_keeper import KokoroKeeper
from pipeline.voice.kokoro_process import KokoroProcess
from pipeline.voice.scripted import ScriptedVoice


class Starter:
    """Starts real processes, each when it may."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self.may = asyncio.Event()
        self.begun = 0
        self.started: list[KokoroProcess] = []
        self.fails = False

    async def __call__(self) -> KokoroProcess:
        self.begun += 1
        await self.may.wait()
        if self.fails:
            raise EngineUnavailable("Kokoro does not start.")
        process = await KokoroProcess.start(self._command, 120)
        self.started.append(process)
        return process


@pytest.fixture
def starter(kokoro_command: list[str]) -> Starter:
    return Starter(kokoro_command)


@pytest.fixture
async def keeper(starter: Starter) -> AsyncIterator[KokoroKeeper]:
    made = KokoroKeeper(starter)
    yield made
    await made.aclose()
    for process in starter.started:
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)


async def test_whoever_gives_up_waiting_does_not_stop_the_start(
    keeper: KokoroKeeper, starter: Starter
) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await keeper.ready()
    assert keeper.process is None
    starter.may.set()
    process = await keeper.ready()
    assert (keeper.process, starter.begun) == (process, 1)


async def test_it_is_renewed_without_being_asked(keeper: KokoroKeeper, starter: Starter) -> None:
    starter.may.set()
    first = await keeper.ready()
    keeper.renew()
    assert keeper.process is None
    second = await keeper.ready()
    assert first is not second
    assert starter.started == [first, second]
    with pytest.raises(ProcessLookupError):
        os.kill(first.pid, 0)


async def test_closing_at_any_time_ends_every_process(
    keeper: KokoroKeeper, starter: Starter
) -> None:
    starter.may.set()
    await keeper.ready()
    keeper.renew()
    await keeper.aclose()
    assert keeper.process is None


async def test_closing_during_a_start_is_an_error_for_whoever_waits(
    keeper: KokoroKeeper, starter: Starter
) -> None:
    waiting = asyncio.create_task(keeper.ready())
    while not starter.begun:
        await asyncio.sleep(0)
    await keeper.aclose()
    with pytest.raises(EngineUnavailable, match="closed"):
        await waiting


async def test_a_start_that_failed_is_tried_again(keeper: KokoroKeeper, starter: Starter) -> None:
    starter.may.set()
    starter.fails = True
    with pytest.raises(EngineUnavailable):
        await keeper.ready()
    starter.fails = False
    assert await keeper.ready() is keeper.process


async def test_while_kokoro_starts_or_hangs_the_next_voice_speaks(
    starter: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.voice.kokoro.find_spec", lambda name: object())
    kokoro, other = KokoroVoice(), ScriptedVoice()
    monkeypatch.setattr(kokoro, "_keeper", KokoroKeeper(starter))
    chain = VoiceChain([kokoro, other], limit_s=1.0)
    await chain.speak(SpeechRequest("hola", "es"))
    assert (starter.begun, len(other.spoken)) == (1, 1)
    starter.may.set()
    assert (await kokoro.speak(SpeechRequest("hola", "es"))).pcm == b"hola"
    hung = kokoro.pid
    await chain.speak(SpeechRequest("hang", "es"))
    assert len(other.spoken) == 2
    assert (await kokoro.speak(SpeechRequest("hola", "es"))).pcm == b"hola"
    assert kokoro.pid not in (None, hung)
    await kokoro.aclose()
    assert kokoro.pid is None

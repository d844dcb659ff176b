"""What a chain makes of voices that hang or break."""

import asyncio
from pathlib import Path

import pytest

from domain.errors import EngineUnavailable
from domain.voices import Speech, SpeechRequest
from pipeline.voice.chain import VoiceChain
from pipeline.voice.kokoro_process import KokoroProcess
from pipeline.voice.program import run
from pipeline.voice.scripted import ScriptedVoice

HELLO = SpeechRequest("hola", "es")


class Hanging(ScriptedVoice):
    """Never answers."""

    asked = 0

    async def speak(self, request: SpeechRequest) -> Speech:
        self.asked += 1
        await asyncio.Event().wait()
        raise AssertionError


class Breaking(ScriptedVoice):
    """Raises whatever it was given."""

    asked = 0

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    async def speak(self, request: SpeechRequest) -> Speech:
        self.asked += 1
        raise self.error


async def test_after_a_hang_the_next_voice_speaks_and_the_first_rests_in_the_end() -> None:
    hanging, good = Hanging(), ScriptedVoice()
    chain = VoiceChain([hanging, good], limit_s=0.3)
    for _ in range(5):
        await chain.speak(HELLO)
    assert len(good.spoken) == 5
    assert hanging.asked == 3


async def test_a_hang_of_the_only_voice_is_told() -> None:
    with pytest.raises(EngineUnavailable, match="hangs"):
        await VoiceChain([Hanging()], limit_s=0.3).speak(HELLO)


@pytest.mark.parametrize("error", [OSError(12, "no memory"), ValueError("x"), TimeoutError()])
async def test_whatever_goes_wrong_is_counted_and_the_next_voice_speaks(error: Exception) -> None:
    bad, good = Breaking(error), ScriptedVoice()
    chain = VoiceChain([bad, good])
    for _ in range(5):
        await chain.speak(HELLO)
    assert len(good.spoken) == 5
    assert bad.asked == 3
    with pytest.raises(EngineUnavailable):
        await VoiceChain([Breaking(error)]).speak(HELLO)


async def test_cancelling_passes_through() -> None:
    good = ScriptedVoice()
    chain = VoiceChain([Hanging(), good])
    task = asyncio.create_task(chain.speak(HELLO))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert good.spoken == []


async def test_a_program_that_cannot_be_started_is_unavailable(tmp_path: Path) -> None:
    script = tmp_path / "voice"
    script.write_text("not a program")
    script.chmod(0o600)
    with pytest.raises(EngineUnavailable, match="cannot be started"):
        await run((str(script),), "text")
    with pytest.raises(EngineUnavailable, match="cannot be started"):
        await KokoroProcess.start([str(script)], 20)

"""Which voice is taken, why, and what happens when one fails."""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.engines import Health
from domain.errors import EngineError, EngineUnavailable, MissingError
from domain.ports import Voice
from domain.voices import Speech, SpeechRequest
from pipeline.voice import AUTO_ORDER, ENGINES
from pipeline.voice.chain import VoiceChain
from pipeline.voice.choose import choose, measure
from pipeline.voice.espeak import EspeakVoice
from pipeline.voice.kokoro import KokoroSettings, KokoroVoice
from pipeline.voice.kokoro_process import KokoroProcess
from pipeline.voice.openvino_kokoro import OpenVinoKokoro, OpenVinoKokoroSettings
from pipeline.voice.program import run
from pipeline.voice.scripted import ScriptedVoice
from pipeline.voice.wave_file import read_wave


class Slow(ScriptedVoice):
    """Takes longer to speak than the speech lasts."""

    async def speak(self, request: SpeechRequest) -> Speech:
        speech = await super().speak(request)
        await asyncio.sleep(speech.length_s)
        return speech


class Ill(ScriptedVoice):
    """Says that it does not work here."""

    async def health(self) -> Health:
        return Health(False, "it has no model", "Fetch one.")


def fitting(**voices: Callable[[], Voice]) -> dict[str, Callable[[], Voice]]:
    """Builders for all that `auto` tries; those not given do not work."""
    names = dict(zip(AUTO_ORDER, ("kokoro", "openvino", "espeak"), strict=True))
    return {name: voices.get(short, Ill) for name, short in names.items()}


async def test_auto_takes_all_that_keep_up_best_first() -> None:
    chain, reason = await choose("auto", fitting(kokoro=ScriptedVoice, espeak=ScriptedVoice))
    assert chain.info.name == "scripted+scripted"
    assert "Voice: kokoro (tones in place of words; 0.0" in reason
    assert "else espeak-ng" in reason
    assert "Not openvino-kokoro: it has no model." in reason


async def test_what_is_too_slow_here_is_passed_over_and_that_is_told() -> None:
    builders = fitting(kokoro=lambda: Slow(word_s=0.01), espeak=ScriptedVoice)
    chain, reason = await choose("auto", builders)
    assert chain.info.name == "scripted"
    assert "Not kokoro: tones in place of words; 1." in reason
    assert "leave room for the rest" in reason


async def test_a_named_voice_is_taken_even_if_it_is_slow() -> None:
    chain, _ = await choose("kokoro", fitting(kokoro=lambda: Slow(word_s=0.01)))
    assert chain.info.name == "scripted"


async def test_where_nothing_works_every_remedy_is_told() -> None:
    with pytest.raises(MissingError) as refusal:
        await choose("auto", fitting())
    assert refusal.value.remedy.count("Fetch one.") == len(AUTO_ORDER)


async def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(MissingError, match="espeak-ng"):
        await choose("nonsense")
    assert set(AUTO_ORDER) < set(ENGINES)


async def test_measuring_tells_work_per_second_of_speech() -> None:
    speed = await measure(Slow(word_s=0.02))
    assert 1.0 <= speed.factor < 50


async def test_each_language_goes_to_the_best_that_speaks_it() -> None:
    spanish = ScriptedVoice(languages=frozenset({"es"}))
    every = ScriptedVoice(languages=frozenset({"es", "de"}))
    chain = VoiceChain([spanish, every])
    await chain.speak(SpeechRequest("hola", "es"))
    await chain.speak(SpeechRequest("hallo", "de"))
    assert [r.language for r in spanish.spoken] == ["es"]
    assert [r.language for r in every.spoken] == ["de"]
    assert chain.speaks("de")
    assert not chain.speaks("fr")
    assert not VoiceChain([]).speaks("de")
    with pytest.raises(EngineError, match="No voice here speaks 'fr'"):
        await chain.speak(SpeechRequest("bonjour", "fr"))


async def test_a_voice_that_keeps_failing_rests() -> None:
    bad = ScriptedVoice(fails=frozenset({"hola"}))
    good = ScriptedVoice()
    chain = VoiceChain([bad, good])
    for _ in range(4):
        await chain.speak(SpeechRequest("hola", "es"))
    await chain.speak(SpeechRequest("adiós", "es"))
    assert len(good.spoken) == 5
    assert bad.spoken == []


async def test_a_program_that_hangs_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(EngineUnavailable, match="hangs"):
        await run(("sleep", "60"), "text", timeout_s=0.3)
    assert time.monotonic() - began < 30


async def test_a_program_that_is_not_there_or_fails_is_told() -> None:
    with pytest.raises(MissingError, match="not installed"):
        await run(("no-such-voice-program",), "text")
    with pytest.raises(EngineError, match="status 1"):
        await run(("false",), "text")


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd", b"x" * 99])
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(EngineError):
        read_wave(data)


async def test_espeak_does_not_spell_japanese_characters_out() -> None:
    voice = EspeakVoice()
    if not (await voice.health()).ok:
        pytest.skip("espeak-ng is not installed")
    with pytest.raises(EngineError, match="kana"):
        await voice.speak(SpeechRequest("日本語です", "ja"))
    assert (await voice.speak(SpeechRequest("こんにちは", "ja"))).length_s > 0.2


async def test_kokoro_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.voice.kokoro.find_spec", lambda name: object())
    voice = KokoroVoice(KokoroSettings(model=tmp_path))
    assert "config.json" in (await voice.health()).found
    (tmp_path / "config.json").write_text("{}")
    assert ".pth" in (await voice.health()).found
    (tmp_path / "kokoro.pth").write_bytes(b"")
    assert "voices/*.pt" in (await voice.health()).found
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "af_heart.pt").write_bytes(b"")
    assert (await voice.health()).ok
    with pytest.raises(EngineError, match="does not speak 'de'"):
        await voice.speak(SpeechRequest("Hallo", "de"))
    monkeypatch.setattr("pipeline.voice.kokoro.find_spec", lambda name: None)
    assert "pip install" in (await voice.health()).remedy


async def test_kokoro_without_the_english_reader_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have = {"kokoro", "misaki"}
    monkeypatch.setattr("pipeline.voice.kokoro.find_spec", lambda n: n if n in have else None)
    voice = KokoroVoice()
    assert voice.info.languages == {"es", "fr", "hi", "it", "pt"}
    with pytest.raises(MissingError, match="spacy download en_core_web_sm"):
        await voice.speak(SpeechRequest("Hello", "en"))


async def test_kokoro_s_process_answers_fails_dies_and_hangs(kokoro_command: list[str]) -> None:
    process = await KokoroProcess.start(kokoro_command, 20)
    assert await process.ask({"text": "ab"}, 20) == (b"ab", 24_000, 7)
    with pytest.raises(EngineError, match="Kokoro failed: no"):
        await process.ask({"text": "fail"}, 20)
    with pytest.raises(EngineUnavailable, match="died"):
        await process.ask({"text": "die"}, 20)
    await process.aclose()
    process = await KokoroProcess.start(kokoro_command, 20)
    with pytest.raises(EngineUnavailable, match="hangs"):
        await process.ask({"text": "hang"}, 0.3)
    await process.aclose()
    with pytest.raises(EngineUnavailable, match="died"):
        await KokoroProcess.start([sys.executable, "-c", ""], 20)


async def test_openvino_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.voice.openvino_kokoro.find_spec", lambda name: None)
    assert "pip install" in (await OpenVinoKokoro().health()).remedy
    monkeypatch.setattr("pipeline.voice.openvino_kokoro.find_spec", lambda name: object())
    assert "optimum-cli export" in (await OpenVinoKokoro().health()).remedy
    (tmp_path / "openvino_model.xml").write_text("")
    voice = OpenVinoKokoro(OpenVinoKokoroSettings(model=tmp_path))
    assert "no voice ef_dora" in (await voice.health()).found
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "ef_dora.bin").write_bytes(b"")
    assert "without English" in (await voice.health()).found
    assert "en" not in voice.info.languages
    with pytest.raises(MissingError, match="misaki"):
        await voice.speak(SpeechRequest("Hello", "en"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "us_gold.json").write_text("{}")
    voice = OpenVinoKokoro(OpenVinoKokoroSettings(model=tmp_path))
    assert "en" in voice.info.languages
    assert "no voice af_heart" in (await voice.health()).found

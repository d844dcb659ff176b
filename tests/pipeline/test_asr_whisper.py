"""Real loading, decoding and threading of faster-whisper on tiny models made here."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from benchmarks.whisper_weights import Shape, write_model
from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word
from pipeline.asr.choose import choose
from pipeline.asr.decoded import Decoded
from pipeline.asr.faster_whisper import FasterWhisper, FasterWhisperSettings
from pipeline.asr.whisper_files import find
from pipeline.asr.whisper_model import WhisperModel, WhisperWindow
from pipeline.hearing import HearingSettings

SAID = [" Guten", " Tag", " zusammen", "."]
SECOND = 32000


@pytest.fixture(scope="session")
def german(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Says the same German words whatever it hears."""
    return write_model(tmp_path_factory.mktemp("whisper") / "german", Shape(), SAID, "de")


@pytest.fixture(scope="session")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("whisper") / "random", Shape(width=16))


def set_up(folder: Path, **more: object) -> FasterWhisperSettings:
    return FasterWhisperSettings(path=str(folder), device="cpu", **more)  # type: ignore[arg-type]


def said(hypothesis: Hypothesis) -> str:
    return " ".join(word.text for word in hypothesis.words)


async def hear(engine: FasterWhisper, request: RecognitionRequest, pcm: bytes) -> list[Hypothesis]:
    stream = await engine.open(request)
    shown = []
    for at in range(0, len(pcm), 6400):
        hypothesis = await stream.feed(pcm[at : at + 6400])
        shown += [hypothesis] if hypothesis else []
        await asyncio.sleep(0.02)
    shown.append(await stream.finish())
    await stream.aclose()
    return shown


async def test_words_times_and_language_come_out(
    german: Path, tone: Callable[[float], bytes]
) -> None:
    async with FasterWhisper(set_up(german, step_s=0.5)) as engine:
        health = await engine.health()
        assert health.ok
        assert "int8 on cpu" in health.found
        shown = await hear(engine, RecognitionRequest("a", 0.0), tone(4.0))
    final = shown[-1]
    assert said(final) == "Guten Tag zusammen."
    assert final.final
    assert final.language == "de"
    assert len(shown) >= 2
    assert all(said(h) == "Guten Tag zusammen." and h.language == "de" for h in shown)
    times = [t for word in final.words for t in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= 4.0


async def test_the_language_that_is_asked_for_is_kept(
    german: Path, tone: Callable[[float], bytes]
) -> None:
    async with FasterWhisper(set_up(german)) as engine:
        (final,) = await hear(engine, RecognitionRequest("a", 0.0, "nl"), tone(1.0))
        assert (said(final), final.language) == ("Guten Tag zusammen.", "nl")
        with pytest.raises(EngineError, match="Esperanto"):
            await engine.open(RecognitionRequest("a", 0.0, "eo"))


async def test_a_short_utterance_is_not_guessed_at_before_its_end(
    german: Path, tone: Callable[[float], bytes]
) -> None:
    async with FasterWhisper(set_up(german, step_s=0.2)) as engine:
        shown = await hear(engine, RecognitionRequest("a", 0.0), tone(1.3))
    assert [h.final for h in shown] == [True]
    assert shown[0].language == "de"


async def test_inventions_of_a_random_model_are_refused(
    random_model: Path, tone: Callable[[float], bytes]
) -> None:
    async with FasterWhisper(set_up(random_model, step_s=0.5)) as engine:
        request = RecognitionRequest("a", 0.0, "en", ("Anna Berg", "Kubernetes"))
        shown = await hear(engine, request, tone(3.0))
        assert [said(h) for h in shown] == [""]
        assert engine.refusals["log-probability"] >= 1


async def test_long_speech_is_heard_to_its_end(
    german: Path, tone: Callable[[float], bytes]
) -> None:
    ready = threading.Event()
    ready.set()
    async with FasterWhisper(set_up(german, step_s=0), load=lambda *_: Stuck(ready)) as engine:
        stream = await engine.open(RecognitionRequest("a", 0.0, "de"))
        await stream.feed(tone(40.0))
        final = await stream.finish()
    assert said(final) == "Hello Hello"
    assert final.words[1].start_s >= 24


def test_as_many_tokens_are_written_as_are_wanted(random_model: Path) -> None:
    model = WhisperModel(random_model, device="cpu", compute_type="auto", threads=1)
    heard = model.decode(bytes(2 * SECOND), language="en", short_window=True)
    assert heard.text.replace(" ", "").count("⟨") in range(40, 51)


def test_short_windows_give_the_same_form(german: Path, tone: Callable[[float], bytes]) -> None:
    model = WhisperModel(german, device="cpu", compute_type="auto", threads=1)
    heard = model.decode(tone(2.0), language="", allowed=("fr", "de"), short_window=True)
    assert (heard.text, heard.language) == ("Guten Tag zusammen.", "de")
    assert heard.words[-1].end_s <= 2.0
    assert model.decode(tone(2.0), language="", allowed=("fr",)).language == "fr"
    assert model.decode(b"\0\0" * 10, language="de").words == ()


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
async def test_a_missing_file_is_named(german: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(german, tmp_path / "m")
    (tmp_path / "m" / name).unlink()
    async with FasterWhisper(set_up(tmp_path / "m")) as engine:
        health = await engine.health()
        assert not health.ok
        assert name in health.found
        assert health.remedy
        with pytest.raises(EngineError, match="lacks"):
            await engine.open(RecognitionRequest("a", 0.0))


async def test_a_broken_model_is_told(german: Path, tmp_path: Path) -> None:
    shutil.copytree(german, tmp_path / "m")
    raw = (tmp_path / "m" / "model.bin").read_bytes()
    (tmp_path / "m" / "model.bin").write_bytes(raw[: len(raw) // 2])
    async with FasterWhisper(set_up(tmp_path / "m")) as engine:
        health = await engine.health()
    assert not health.ok
    assert "cannot be loaded" in health.found


async def test_a_model_that_wants_other_features_is_told(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", Shape(width=16, mels=128))
    (folder / "preprocessor_config.json").unlink()
    async with FasterWhisper(set_up(folder)) as engine:
        health = await engine.health()
    assert not health.ok
    assert "128 mel" in health.found
    assert "preprocessor_config.json" in health.remedy


async def test_nothing_is_fetched_unless_it_is_asked_for(tmp_path: Path) -> None:
    for model, told in (("base", "146 MB"), ("", "no Whisper model in"), ("giant", "giant")):
        engine = FasterWhisper(FasterWhisperSettings(model=model, cache=str(tmp_path)))
        health = await engine.health()
        assert not health.ok
        assert told in health.found
        assert str(tmp_path) in health.found
        assert "model_path" in health.remedy
        await engine.aclose()
    assert not any(tmp_path.glob("*"))  # noqa: ASYNC240


def test_a_model_in_the_cache_is_found(german: Path, tmp_path: Path) -> None:
    place = tmp_path / "models--Systran--faster-whisper-small"
    shutil.copytree(german, place / "snapshots" / "abc")
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text("abc")
    assert find("", "", tmp_path).name == "small"
    assert find("small", "", tmp_path).whole
    assert find("base", "", tmp_path).folder is None
    assert find(str(german), "", tmp_path).whole


async def test_auto_takes_the_model_that_is_given(german: Path) -> None:
    builders = {"faster-whisper": lambda: FasterWhisper(set_up(german))}
    recognizer, reason = await choose("auto", builders)
    await recognizer.aclose()
    assert recognizer.info.name == "faster-whisper"
    assert str(german) in reason


class Stuck:
    """A model that hangs on its first window, or crashes."""

    device, compute_type, multilingual = "cpu", "int8", True

    def __init__(self, go: threading.Event, crash: bool = False) -> None:
        self._go = go
        self._crash = crash
        self._heard = 0

    def knows(self, language: str) -> bool:
        return True

    def window_s(self, short_window: bool = False) -> float:
        return 0.01

    def decode_many(self, windows: Sequence[WhisperWindow]) -> list[Decoded]:
        self._heard += 1
        if self._heard == 1:
            if self._crash:
                raise RuntimeError("CUDA failed")
            self._go.wait(5)
        return [self._hear(window) for window in windows]

    @staticmethod
    def _hear(window: WhisperWindow) -> Decoded:
        return Decoded((Word("Hello", 0.0, 0.4),), window.language, len(window.pcm) / SECOND)


async def say_hello(engine: FasterWhisper) -> str:
    stream = await engine.open(RecognitionRequest("a", 0.0, "en"))
    await stream.feed(bytes(SECOND // 2))
    try:
        return said(await stream.finish())
    finally:
        await stream.aclose()


async def test_a_hang_is_an_error_and_a_fresh_thread_goes_on(german: Path) -> None:
    go = threading.Event()
    stuck: list[Stuck] = []

    def load(folder: Path, settings: FasterWhisperSettings) -> Stuck:
        stuck.append(Stuck(go))
        return stuck[-1]

    engine = FasterWhisper(set_up(german, decode_timeout_s=0.05), load=load)
    for _ in range(3):
        with pytest.raises(EngineUnavailable, match="no answer"):
            await say_hello(engine)
    with pytest.raises(EngineUnavailable, match="again and again"):
        await say_hello(engine)
    assert len(stuck) == 3
    go.set()
    await engine.aclose()


async def test_a_crash_costs_one_utterance(german: Path) -> None:
    def load(folder: Path, settings: FasterWhisperSettings) -> Stuck:
        return Stuck(threading.Event(), crash=True)

    async with FasterWhisper(set_up(german), load=load) as engine:
        with pytest.raises(EngineError, match="CUDA failed"):
            await say_hello(engine)
        assert await say_hello(engine) == "Hello"


async def test_drafts_through_the_listener(
    room, german: Path, tone: Callable[[float], bytes]
) -> None:
    room.speed = 5.0
    room.say("a", 0.5, tone(4.0))
    settings = HearingSettings(engine="faster-whisper", vad="scripted", languages=("de",))
    async with FasterWhisper(set_up(german, step_s=0.5)) as engine:
        await engine.health()
        heard = await room.run(engine, settings, 6.0)
    assert heard.text() == "Guten Tag zusammen."
    assert heard.finals[0].punctuated
    assert any(not update.final for update in heard.updates)

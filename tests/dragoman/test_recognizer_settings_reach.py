"""Settings as the engines feel them, and the chain that `auto` makes of the engines."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from domain.clock import FakeClock
from domain.engines import EngineInfo, Health
from domain.errors import EngineUnavailable
from domain.events import Event, Notice
from domain.ports import RecognitionRequest, RecognitionStream
from domain.speech import Hypothesis, Word
from dragoman.groups.hearing import HearingGroup
from dragoman.hearing import open_recognizer, recognizer_builders
from dragoman.settings import load_settings
from dragoman.stage import Engines, StageSettings, _hearing
from pipeline.asr import AUTO_ORDER
from pipeline.asr.chain import RecognizerChain
from pipeline.asr.decoded import Decoded
from pipeline.asr.faster_whisper import FasterWhisperSettings
from pipeline.asr.openvino_whisper import NEEDED
from pipeline.asr.scripted import ScriptedRecognizer
from pipeline.asr.whisper_model import WhisperWindow
from pipeline.glossary import Glossary

SECOND = 32_000
TERMS = ("Anna Berg", "Kubernetes")
REQUEST = RecognitionRequest("a", 0.0, "", TERMS, "Good morning.")


def of(**hearing: object) -> HearingGroup:
    return load_settings(None, {"hearing": hearing}).hearing


async def hear(stream: RecognitionStream, drafted: threading.Event | None = None) -> Hypothesis:
    """What comes of four seconds of sound, finished once a draft was made."""
    for _ in range(4):
        await stream.feed(bytes(SECOND))
        await asyncio.sleep(0.02)
    if drafted is not None:
        assert await asyncio.to_thread(drafted.wait, 20)
    try:
        return await stream.finish()
    finally:
        await stream.aclose()


@dataclass
class Whisper:
    """A model that remembers what it was asked."""

    settings: FasterWhisperSettings
    folder: Path
    windows: list[WhisperWindow] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)
    device, compute_type, multilingual = "cpu", "int8", True

    def knows(self, language: str) -> bool:
        return True

    def window_s(self, short_window: bool = False) -> float:
        return 0.01

    def decode_many(self, windows: Sequence[WhisperWindow]) -> list[Decoded]:
        self.windows += windows
        self.heard.set()
        word = Word("Hello", 0.0, 0.4)
        return [Decoded((word,), "en", len(each.pcm) / SECOND) for each in windows]


@pytest.fixture
def whispers(monkeypatch: pytest.MonkeyPatch) -> list[Whisper]:
    """Models that were loaded."""
    made: list[Whisper] = []

    def load(folder: Path, settings: FasterWhisperSettings) -> Whisper:
        made.append(Whisper(settings, folder))
        return made[-1]

    monkeypatch.setattr("pipeline.asr.faster_whisper.load_whisper", load)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that a converted Whisper model and an exported one have, without content."""
    place = tmp_path / "model"
    place.mkdir()
    for name in (*NEEDED, "model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (place / name).touch()
    return place


async def test_faster_whisper_is_as_set_up(folder: Path, whispers: list[Whisper]) -> None:
    hearing = of(
        model_path=folder, device="cpu", compute_type="float32", languages=("de", "fr"),
        step_s=1, beam_size=3, short_window=True, batch=4, speakers=5,
    )  # fmt: skip
    engine = recognizer_builders(hearing)["faster-whisper"]()
    assert "for 5 speakers" in (await engine.health()).found
    stream = await engine.open(REQUEST)
    (model,) = whispers
    assert (await hear(stream, model.heard)).words
    await engine.aclose()
    assert model.folder == folder
    told = model.settings
    assert (told.device, told.compute_type, told.batch) == ("cpu", "float32", 4)
    assert [each.beam_size for each in model.windows[-2:]] == [1, 3]
    for window in model.windows:
        assert window.short_window
        assert window.allowed == ("de", "fr")
        assert window.terms == TERMS
        assert window.context.startswith("Good morning.")


def test_terms_of_the_settings_and_of_the_glossary_are_asked_for() -> None:
    settings = load_settings(
        None, {"hearing": {"terms": TERMS}, "translation": {"glossary": ("Hafen",)}}
    )
    glossary = Glossary.of(settings.translation.glossary)
    told = _hearing(
        Engines(ScriptedRecognizer(), [], glossary), settings, StageSettings(FakeClock())
    )
    assert told.terms == (*TERMS, "Hafen")


async def test_a_step_of_zero_decodes_finished_utterances_only(
    folder: Path, whispers: list[Whisper]
) -> None:
    engine = recognizer_builders(of(model_path=folder, step_s=0))["faster-whisper"]()
    await hear(await engine.open(REQUEST))
    await engine.aclose()
    assert [len(each.pcm) for each in whispers[0].windows] == [4 * SECOND]
    assert not whispers[0].windows[0].short_window


async def test_measured_speeds_are_kept_in_the_folder_that_is_given(
    folder: Path, tmp_path: Path, whispers: list[Whisper]
) -> None:
    hearing = of(model_path=folder, engine="faster-whisper")
    async with open_recognizer(hearing, lambda event: None, tmp_path / "kept"):
        assert "0.01" in (tmp_path / "kept" / "speeds.json").read_text()


class Pipe:
    """An OpenVINO model that remembers what it was asked."""

    def __init__(self, heard: list[dict[str, Any]]) -> None:
        self._heard = heard

    def languages(self) -> frozenset[str]:
        return frozenset({"de", "en"})

    def hear(self, samples: Any, options: dict[str, Any]) -> Any:
        self._heard.append(options)
        return SimpleNamespace(texts=["Hallo"], words=[], language="<|de|>")


class Devices:
    """A machine with a processor and a GPU."""

    loaded: list[tuple[Path, str, dict[str, Any]]]
    heard: list[dict[str, Any]]

    def __init__(self) -> None:
        self.loaded, self.heard = [], []

    def present(self) -> Sequence[str]:
        return ("CPU", "GPU")

    def load(self, folder: Path, device: str, options: dict[str, Any]) -> Pipe:
        self.loaded.append((folder, device, options))
        return Pipe(self.heard)


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Devices:
    found = Devices()
    monkeypatch.setattr("pipeline.asr.openvino_whisper.RealDevices", lambda: found)
    return found


async def test_openvino_is_as_set_up(folder: Path, tmp_path: Path, devices: Devices) -> None:
    hearing = of(openvino_path=folder, openvino_device="gpu", languages=("de",), step_s=0)
    engine = recognizer_builders(hearing, kept=tmp_path)["openvino"]()
    assert (await hear(await engine.open(REQUEST))).words
    await engine.aclose()
    ((place, device, options),) = devices.loaded
    assert (place, device) == (folder, "GPU")
    assert options["CACHE_DIR"] == str(tmp_path / "openvino")
    _, final = devices.heard
    assert final["language"] == "<|de|>"
    assert final["initial_prompt"] == "Anna Berg, Kubernetes. Good morning."


async def test_openvinos_own_cache_wins(folder: Path, tmp_path: Path, devices: Devices) -> None:
    own = tmp_path / "own"
    hearing = of(openvino_path=folder, openvino_cache=own, openvino_device="gpu")
    engine = recognizer_builders(hearing, kept=tmp_path)["openvino"]()
    await (await engine.open(REQUEST)).aclose()
    await engine.aclose()
    assert devices.loaded[0][2]["CACHE_DIR"] == str(own)


class Server:
    """A server of the OpenAI kind that remembers what it was asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.asked: list[dict[str, str]] = []

    async def models(self, request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "other"}, {"id": "whisper-x"}]})

    async def transcribe(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Authorization", ""))
        form = await request.post()
        self.asked.append({k: v for k, v in form.items() if isinstance(v, str)})
        return web.json_response({"text": "Hello there."})


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, str]]:
    made, app = Server(), web.Application()
    app.router.add_get("/v1/models", made.models)
    app.router.add_post("/v1/audio/transcriptions", made.transcribe)
    async with TestServer(app) as running:
        yield made, str(running.make_url("/v1"))


async def test_a_server_is_asked_as_set_up(server: tuple[Server, str]) -> None:
    made, url = server
    hearing = of(openai_url=url, openai_model="whisper-x", openai_key="hunter2", step_s=0)
    engine = recognizer_builders(hearing)["openai-audio"]()
    assert (await engine.health()).ok
    request = RecognitionRequest("a", 0.0, "en", TERMS, "Good morning.")
    assert (await hear(await engine.open(request))).words
    await engine.aclose()
    assert made.keys == ["Bearer hunter2"]
    (asked,) = made.asked
    assert asked["model"] == "whisper-x"
    assert asked["language"] == "en"
    assert asked["prompt"] == "Anna Berg, Kubernetes. Good morning."


async def test_auto_is_a_chain_that_begins_with_the_first_that_works(
    folder: Path, server: tuple[Server, str], whispers: list[Whisper]
) -> None:
    told: list[Event] = []
    hearing = of(model_path=folder, openai_url=server[1], step_s=0)
    async with open_recognizer(hearing, told.append) as recognizer:
        assert isinstance(recognizer, RecognizerChain)
        assert recognizer.info.name == "openai-audio"
        assert (await hear(await recognizer.open(REQUEST))).words
    (notice,) = [event for event in told if isinstance(event, Notice)]
    assert notice.text.startswith("Recognition by openai-audio (other at ")
    assert "Not realtime: " in notice.text
    assert whispers == [], "engines behind it are loaded when they are needed"


async def test_a_named_engine_stands_alone(folder: Path, whispers: list[Whisper]) -> None:
    hearing = of(model_path=folder, engine="faster-whisper")
    async with open_recognizer(hearing, lambda event: None) as recognizer:
        assert not isinstance(recognizer, RecognizerChain)


async def test_auto_tells_why_it_passed_engines_over(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = fakes(monkeypatch, well={"pocketsphinx", "meet-captions"})
    told: list[Event] = []
    async with open_recognizer(of(), told.append) as recognizer:
        assert recognizer.info.name == "pocketsphinx"
    assert all(engine.closed for name, engine in engines.items() if name != "meet-captions")
    assert "Not faster-whisper: faster-whisper was asked." in str(told[0])


@dataclass
class Engine:
    """A recogniser that is well or not, and takes no utterance."""

    name: str
    ok: bool
    closed: bool = False
    opened: int = 0

    @property
    def info(self) -> EngineInfo:
        return EngineInfo(self.name)

    async def health(self) -> Health:
        return Health(self.ok, f"{self.name} was asked")

    async def open(self, request: RecognitionRequest) -> RecognitionStream:
        self.opened += 1
        raise EngineUnavailable(f"{self.name} is gone.")

    async def aclose(self) -> None:
        self.closed = True


def fakes(monkeypatch: pytest.MonkeyPatch, well: set[str]) -> Mapping[str, Engine]:
    """Engines by name in the place of the real ones; those in `well` are healthy."""
    engines = {name: Engine(name, name in well) for name in AUTO_ORDER}
    builders = {name: (lambda engine=engine: engine) for name, engine in engines.items()}
    monkeypatch.setattr("dragoman.hearing.recognizer_builders", lambda *_, **__: builders)
    return engines


async def test_the_chain_goes_down_the_order_and_leaves_captions_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engines = fakes(monkeypatch, well=set(AUTO_ORDER) - {"realtime"})
    told: list[Event] = []
    async with open_recognizer(of(), told.append) as recognizer:
        with pytest.raises(EngineUnavailable, match="pocketsphinx is gone"):
            await recognizer.open(REQUEST)
    opened = [name for name, engine in engines.items() if engine.opened]
    assert opened == ["openai-audio", "openvino", "faster-whisper", "pocketsphinx"]
    rests = [event.text for event in told if isinstance(event, Notice)][1:]
    assert rests[0].startswith("openai-audio rests: openai-audio is gone.")
    assert all(engines[name].closed for name in opened)


async def test_captions_alone_are_no_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes(monkeypatch, well={"meet-captions"})
    async with open_recognizer(of(), lambda event: None) as recognizer:
        assert recognizer.info.name == "meet-captions"
        assert not isinstance(recognizer, RecognizerChain)

"""What every recogniser keeps to."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from benchmarks.whisper_weights import Shape, write_model
from domain.engines import load
from domain.languages import NAMES
from domain.ports import RecognitionRequest, Recognizer
from pipeline.asr import AUTO_ORDER, ENGINES
from pipeline.asr.faster_whisper import FasterWhisper, FasterWhisperSettings
from pipeline.asr.openai_audio import OpenAIAudio
from pipeline.asr.openai_server import OpenAIAudioSettings
from pipeline.asr.openvino_whisper import NEEDED, OpenVinoSettings, OpenVinoWhisper
from pipeline.asr.realtime import Realtime

SILENCE = bytes(32000)


async def transcribe(request: web.Request) -> web.Response:
    """A server that hears nothing in silence."""
    await request.read()
    return web.json_response({"text": ""})


async def models(request: web.Request) -> web.Response:
    return web.json_response({"data": [{"id": "m"}]})


async def realtime(request: web.Request) -> web.WebSocketResponse:
    """A server that streams, and hears nothing in silence."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_json({"type": "session.created"})
    async for message in socket:
        if message.json().get("final"):
            await socket.send_json({"type": "transcription.done", "text": ""})
    return socket


class SilentPipe:
    """A model on a device that hears nothing in silence."""

    def languages(self) -> frozenset[str]:
        return frozenset({"en", "de"})

    def hear(self, samples: Any, options: dict[str, Any]) -> Any:
        return SimpleNamespace(texts=[""], words=[], language="<|en|>")


class OneDevice:
    """A machine with a processor alone."""

    def present(self) -> tuple[str, ...]:
        return ("CPU",)

    def load(self, folder: Path, device: str, options: dict[str, Any]) -> SilentPipe:
        return SilentPipe()


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """What the folder of a model exported for OpenVINO holds, without contents."""
    for name in NEEDED:
        (tmp_path / name).touch()
    return tmp_path


@pytest.fixture
async def server() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/v1/audio/transcriptions", transcribe)
    app.router.add_get("/v1/models", models)
    app.router.add_get("/v1/realtime", realtime)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()


@pytest.fixture(scope="session")
def random_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with random weights."""
    return write_model(tmp_path_factory.mktemp("whisper") / "model", Shape(width=16))


@pytest.fixture(params=sorted(ENGINES))
async def recognizer(
    request: pytest.FixtureRequest, server: str, random_whisper: Path, exported: Path
) -> AsyncIterator[Recognizer]:
    engine: Recognizer
    if request.param == "faster-whisper":
        engine = FasterWhisper(FasterWhisperSettings(path=str(random_whisper), device="cpu"))
    elif request.param == "openai-audio":
        engine = OpenAIAudio(OpenAIAudioSettings(server, "m"))
    elif request.param == "realtime":
        engine = Realtime(OpenAIAudioSettings(server, "m"))
    elif request.param == "openvino":
        engine = OpenVinoWhisper(OpenVinoSettings(str(exported)), devices=OneDevice())
    else:
        engine = load(ENGINES, request.param)()
    if not (await engine.health()).ok:
        pytest.skip(f"{request.param} does not work here")
    yield engine
    await engine.aclose()


async def test_it_says_what_it_can(recognizer: Recognizer) -> None:
    assert recognizer.info.name in ENGINES
    assert recognizer.info.languages <= set(NAMES)
    assert (await recognizer.health()).found


async def test_silence_comes_to_nothing(recognizer: Recognizer) -> None:
    stream = await recognizer.open(RecognitionRequest("a", 0.0))
    for _ in range(4):
        hypothesis = await stream.feed(SILENCE)
        assert hypothesis is None or not hypothesis.final
    final = await stream.finish()
    await stream.aclose()
    assert final.final
    assert len(final.words) <= 1


async def test_nothing_fed_is_nothing_heard(recognizer: Recognizer) -> None:
    stream = await recognizer.open(RecognitionRequest("a", 0.0))
    final = await stream.finish()
    await stream.aclose()
    assert final.final
    assert final.words == ()


async def test_streams_of_two_tracks_live_side_by_side(recognizer: Recognizer) -> None:
    streams = [await recognizer.open(RecognitionRequest(track, 0.0)) for track in "ab"]
    for stream in streams:
        await stream.feed(SILENCE)
    for stream in streams:
        assert (await stream.finish()).final
        await stream.aclose()


async def test_a_stream_may_be_given_up(recognizer: Recognizer) -> None:
    stream = await recognizer.open(RecognitionRequest("a", 0.0))
    await stream.feed(SILENCE)
    await stream.aclose()
    again = await recognizer.open(RecognitionRequest("a", 0.0))
    assert (await again.finish()).words == ()
    await again.aclose()


def test_auto_knows_only_engines_of_the_table() -> None:
    assert set(AUTO_ORDER) <= set(ENGINES)

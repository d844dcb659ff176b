"""A realtime server that behaves, and those that do not."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from domain.errors import EngineError, EngineUnavailable
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis
from pipeline.asr.openai_server import OpenAIAudioSettings
from pipeline.asr.realtime import Realtime

SECOND = 32000
WORDS = [" Good", " morning", " every", "body."]


@dataclass
class Server:
    """Writes a piece of text for each piece of sound; `fault` makes it misbehave."""

    fault: str = ""
    text: list[str] = field(default_factory=lambda: list(WORDS))
    seen: list[dict[str, Any]] = field(default_factory=list)
    heard: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """A client closed its socket."""
    url: str = ""

    async def models(self, request: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "voxtral"}]})

    async def realtime(self, request: web.Request) -> web.StreamResponse:
        if self.fault == "none":
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.fault == "silent":
            await asyncio.sleep(3600)
        await socket.send_json({"type": "session.created", "id": "s", "created": 1})
        sent: list[str] = []
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                break
            event = json.loads(message.data)
            self.seen.append(event)
            if event["type"] == "input_audio_buffer.append":
                self.heard += len(base64.b64decode(event["audio"]))
                if await self._misbehave(socket):
                    return socket
                if len(sent) < len(self.text):
                    sent.append(self.text[len(sent)])
                    await socket.send_json({"type": "transcription.delta", "delta": sent[-1]})
            elif event.get("final"):
                if self.fault == "late":
                    await asyncio.sleep(3600)
                text = "" if self.fault == "empty" else "".join(sent)
                await socket.send_json({"type": "transcription.done", "text": text})
        self.left.set()
        return socket

    async def _misbehave(self, socket: web.WebSocketResponse) -> bool:
        if self.fault == "close":
            await socket.close()
        elif self.fault == "error":
            await socket.send_json({"type": "error", "error": "no such model", "code": "404"})
        elif self.fault == "wrong":
            await socket.send_str("<html>")
        elif self.fault == "numbers":
            await socket.send_json({"type": "transcription.delta", "delta": 7})
        elif self.fault == "bytes":
            await socket.send_bytes(b"\0")
        elif self.fault == "deep":
            await socket.send_str("[" * 200_000)
        return self.fault == "close"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    fake = Server()
    app = web.Application()
    app.router.add_get("/v1/realtime", fake.realtime)
    app.router.add_get("/v1/models", fake.models)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield fake
    await runner.cleanup()


@pytest.fixture
async def engine(server: Server) -> AsyncIterator[Realtime]:
    async with Realtime(OpenAIAudioSettings(server.url, "voxtral", timeout_s=1.0)) as made:
        yield made


async def hear(engine: Realtime, pieces: int = 4, language: str = "en") -> list[Hypothesis]:
    stream = await engine.open(RecognitionRequest("a", 0.0, language))
    shown = []
    try:
        for _ in range(pieces):
            hypothesis = await stream.feed(bytes(SECOND // 2))
            shown += [hypothesis] if hypothesis else []
            await asyncio.sleep(0.05)
        shown.append(await stream.finish())
    finally:
        await stream.aclose()
    return shown


def said(hypothesis: Hypothesis) -> str:
    return " ".join(word.text for word in hypothesis.words)


async def test_words_come_while_they_are_written_and_are_never_taken_back(
    server: Server, engine: Realtime
) -> None:
    shown = await hear(engine)
    assert said(shown[-1]) == "Good morning everybody."
    assert shown[-1].final
    assert len(shown) >= 2
    for before, after in zip(shown, shown[1:], strict=False):
        assert before.words[: before.stable] == after.words[: before.stable]
    times = [t for w in shown[-1].words for t in (w.start_s, w.end_s)]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= 2.0
    assert server.heard == 2 * SECOND
    kinds = [event["type"] for event in server.seen]
    assert kinds[:2] == ["session.update", "input_audio_buffer.commit"]
    assert server.seen[0]["model"] == "voxtral"
    assert server.seen[-1] == {"type": "input_audio_buffer.commit", "final": True}


@pytest.mark.parametrize(
    "fault", ["none", "silent", "late", "close", "error", "wrong", "numbers", "bytes", "deep"]
)
async def test_a_bad_server_is_an_error_with_a_remedy(
    server: Server, engine: Realtime, fault: str
) -> None:
    server.fault = fault
    async with asyncio.timeout(20):
        with pytest.raises(EngineUnavailable) as caught:
            await hear(engine)
        health = await engine.health()
    assert caught.value.remedy
    assert not health.ok
    assert "openai-audio" in health.remedy


async def test_health_needs_an_answer(server: Server, engine: Realtime) -> None:
    health = await engine.health()
    assert health.ok
    assert "streaming" in health.found
    async with Realtime() as unset:
        assert not (await unset.health()).ok
        with pytest.raises(EngineError):
            await unset.open(RecognitionRequest("a", 0.0))


async def test_what_was_not_said_comes_to_nothing(server: Server, engine: Realtime) -> None:
    server.text = ["Доброе утро ", "всем ", "коллегам ", "снова"]
    assert said((await hear(engine))[-1]) == ""
    assert engine.refusals["script"] >= 1


@pytest.mark.parametrize(
    ("text", "said_", "language"),
    [
        (["Доброе утро ", "всем ", "коллегам ", "снова"], "Доброе утро всем коллегам снова", ""),
        (["今日は", "いい", "天気", "です"], "今 日 は い い 天 気 で す", "ja"),
        (["What is ", "the time ", "and where ", "are you"], "", "en"),
        (["Hello ", "from Paul ", "in Berlin ", "東京"], "Hello from Paul in Berlin 東京", ""),
    ],
)
async def test_without_a_language_no_script_is_foreign(
    server: Server, engine: Realtime, text: list[str], said_: str, language: str
) -> None:
    server.text = text
    final = (await hear(engine, language=""))[-1]
    assert said(final) == (said_ or "".join(text))
    assert final.language == language
    assert not engine.refusals


async def test_an_empty_end_keeps_what_was_written(server: Server, engine: Realtime) -> None:
    server.fault = "empty"
    assert said((await hear(engine))[-1]) == "Good morning everybody."


async def test_the_socket_is_closed_where_closing_is_cancelled(
    server: Server, engine: Realtime
) -> None:
    stream = await engine.open(RecognitionRequest("a", 0.0))
    closing = asyncio.create_task(stream.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait([closing])
    async with asyncio.timeout(10):
        await server.left.wait()

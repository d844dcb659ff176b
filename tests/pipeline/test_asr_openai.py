"""A transcription server that behaves, and those that do not."""

import asyncio
import io
import json
import wave
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DragomanError, EngineError, EngineUnavailable
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis
from pipeline.asr.choose import choose
from pipeline.asr.openai_answer import read, spread
from pipeline.asr.openai_audio import OpenAIAudio
from pipeline.asr.openai_server import OpenAIAudioSettings
from pipeline.asr.slots import Slots

SECOND = 32000
TEXT = "Good morning, everybody."
WORDS = [
    {"word": "Good", "start": 0.1, "end": 0.4},
    {"word": "morning", "start": 0.4, "end": 0.9},
    {"word": "everybody", "start": 1.0, "end": 1.6},
]
GOOD = {"text": TEXT, "language": "english", "words": WORDS}


@dataclass
class Server:
    """Answers as it is told; `json_only` refuses other formats as some servers do."""

    answer: Any = field(default_factory=lambda: GOOD)
    json_only: bool = False
    forms: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    models: Any = field(default_factory=lambda: {"data": [{"id": "whisper"}]})
    url: str = ""

    async def transcribe(self, request: web.Request) -> web.StreamResponse:
        form: dict[str, str] = {}
        async for part in await request.multipart():
            sound = await part.read()
            if part.name != "file":
                form[part.name] = sound.decode()
                continue
            with wave.open(io.BytesIO(sound)) as file:
                assert (file.getframerate(), file.getnchannels()) == (16000, 1)
                self.seconds.append(file.getnframes() / 16000)
        self.forms.append(form)
        self.keys.append(request.headers.get("Authorization"))
        if self.json_only and form["response_format"] != "json":
            return web.json_response({"error": "not supported"}, status=400)
        if self.answer == "hang":
            await asyncio.sleep(30)
        if isinstance(self.answer, dict):
            return web.json_response(self.answer)
        status, text = self.answer
        return web.Response(status=status, text=text, content_type="text/html")

    async def list_models(self, request: web.Request) -> web.Response:
        return web.json_response(self.models)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    fake = Server()
    app = web.Application()
    app.router.add_post("/v1/audio/transcriptions", fake.transcribe)
    app.router.add_get("/v1/models", fake.list_models)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield fake
    await runner.cleanup()


@pytest.fixture
async def engine(server: Server) -> AsyncIterator[OpenAIAudio]:
    settings = OpenAIAudioSettings(
        server.url + "/", "whisper", "secret", step_s=0.5, timeout_s=1.0, draft_timeout_s=0.5
    )
    async with OpenAIAudio(settings) as made:
        yield made


async def hear(
    engine: OpenAIAudio, seconds: float = 2.0, language: str = "en", terms: tuple[str, ...] = ()
) -> list[Hypothesis]:
    stream = await engine.open(RecognitionRequest("a", 0.0, language, terms))
    shown = []
    try:
        for _ in range(int(seconds / 0.25)):
            hypothesis = await stream.feed(bytes(SECOND // 4))
            shown += [hypothesis] if hypothesis else []
            await asyncio.sleep(0.02)
        shown.append(await stream.finish())
    finally:
        await stream.aclose()
    return shown


def said(hypothesis: Hypothesis) -> str:
    return " ".join(word.text for word in hypothesis.words)


async def test_words_come_with_the_servers_times(server: Server, engine: OpenAIAudio) -> None:
    shown = await hear(engine, terms=("Anna Berg",))
    final = shown[-1]
    assert said(final) == TEXT
    assert [(w.start_s, w.end_s) for w in final.words] == [(0.1, 0.4), (0.4, 0.9), (1.0, 1.6)]
    assert len(shown) >= 2
    form = server.forms[-1]
    assert form["model"] == "whisper"
    assert (form["language"], form["prompt"], form["temperature"]) == ("en", "Anna Berg.", "0")
    assert server.keys[-1] == "Bearer secret"
    assert server.seconds[-1] == 2.0


async def test_a_server_without_word_times_is_asked_plainly(
    server: Server, engine: OpenAIAudio
) -> None:
    server.json_only, server.answer = True, {"text": TEXT}
    final = (await hear(engine))[-1]
    assert said(final) == TEXT
    assert final.words[-1].end_s == pytest.approx(2.0)
    formats = [form["response_format"] for form in server.forms]
    assert formats[:3] == ["verbose_json", "verbose_json", "json"]
    assert set(formats[3:]) <= {"json"}


@pytest.mark.parametrize(
    "answer",
    ["hang", (500, "no"), (404, "no"), (200, "<html>hello</html>"), {"words": []}, {"text": 7}],
)
async def test_a_bad_server_is_an_error(server: Server, engine: OpenAIAudio, answer: Any) -> None:
    server.answer = answer
    with pytest.raises(EngineUnavailable) as caught:
        await hear(engine)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"text": "Доброе утро всем коллегам"}, "script"),
        ({"text": "Anna Berg, Kubernetes."}, "prompt"),
        ({"text": "word " * 300}, "compression"),
        ({"text": "Thank you for watching!"}, "phrase"),
        ({"text": TEXT, "segments": [{"text": TEXT, "avg_logprob": -1.4}]}, "log-probability"),
    ],
)
async def test_what_was_not_said_comes_to_nothing(
    server: Server, engine: OpenAIAudio, answer: dict[str, Any], reason: str
) -> None:
    server.answer = answer
    shown = await hear(engine, terms=("Anna Berg", "Kubernetes"))
    assert [(said(h), h.final) for h in shown] == [("", True)]
    assert engine.refusals[reason] >= 1


async def test_another_language_than_asked_for_is_an_error(
    server: Server, engine: OpenAIAudio
) -> None:
    server.answer = {"text": "Buenos días a todos", "language": "spanish"}
    with pytest.raises(EngineError, match="Spanish where English"):
        await hear(engine)
    assert engine.refusals["language"] >= 1


async def test_an_empty_answer_is_silence(server: Server, engine: OpenAIAudio) -> None:
    server.answer = {"text": "  "}
    assert [said(h) for h in await hear(engine)] == [""]
    assert not engine.refusals


async def test_the_language_that_the_server_hears_is_told(
    server: Server, engine: OpenAIAudio
) -> None:
    server.answer = {"text": "Buenos días a todos", "language": "spanish"}
    final = (await hear(engine, language=""))[-1]
    assert (said(final), final.language) == ("Buenos días a todos", "es")


async def test_failing_drafts_do_not_cost_the_utterance(
    server: Server, engine: OpenAIAudio
) -> None:
    server.answer = (503, "busy")
    stream = await engine.open(RecognitionRequest("a", 0.0, "en"))
    for _ in range(20):
        assert await stream.feed(bytes(SECOND // 2)) is None
        await asyncio.sleep(0.02)
    assert 1 <= len(server.forms) <= 2
    server.answer = GOOD
    assert said(await stream.finish()) == TEXT
    await stream.aclose()


async def test_health_says_what_is_wrong(server: Server, engine: OpenAIAudio) -> None:
    assert (await engine.health()).found == f"whisper at {server.url}"
    server.models = {"data": [{"id": "other"}]}
    health = await engine.health()
    assert (health.ok, health.remedy) == (False, "It has: other.")
    server.models = ["?"]
    assert not (await engine.health()).ok
    async with OpenAIAudio(OpenAIAudioSettings("http://127.0.0.1:9/v1", "m")) as nobody:
        assert "does not answer" in (await nobody.health()).found
    async with OpenAIAudio() as unset:
        assert not (await unset.health()).ok
        with pytest.raises(DragomanError):
            await unset.open(RecognitionRequest("a", 0.0))


async def test_auto_takes_a_server_that_is_set_up(server: Server) -> None:
    settings = OpenAIAudioSettings(server.url)
    recognizer, reason = await choose("auto", {"openai-audio": lambda: OpenAIAudio(settings)})
    await recognizer.aclose()
    assert recognizer.info.name == "openai-audio"
    assert "whisper at" in reason


async def test_finals_take_places_before_drafts() -> None:
    slots, order = Slots(2), []
    free = asyncio.Event()

    async def use(name: str, final: bool) -> None:
        async with slots.place(final):
            order.append(name)
            await free.wait()

    async with asyncio.TaskGroup() as group:
        for name in ("draft 1", "draft 2", "final 1", "final 2"):
            group.create_task(use(name, name.startswith("final")))
        await asyncio.sleep(0.01)
        assert order == ["draft 1", "final 1"]
        free.set()
    assert order == ["draft 1", "final 1", "final 2", "draft 2"]


async def test_a_cancelled_wait_leaves_no_place_taken() -> None:
    slots = Slots(1)
    for _ in range(3):
        async with slots.place(True):
            waiting = asyncio.create_task(slots.place(True).__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait([waiting])
    async with asyncio.timeout(1), slots.place(False):
        pass


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
word = st.fixed_dictionaries({"word": json_values, "start": json_values, "end": json_values})


@given(st.text(max_size=60), st.lists(word, max_size=4), json_values, json_values)
def test_any_answer_gives_words_in_order(
    text: str, words: list[Any], segments: Any, language: Any
) -> None:
    answer = {"text": text, "words": words, "segments": segments, "language": language}
    raw = json.dumps(answer).encode()
    decoded = read(raw, language="en", length_s=3.0, prompt="")
    times = [t for w in decoded.words for t in (w.start_s, w.end_s)]
    assert times == sorted(times)
    assert all(0 <= t <= 3.0001 for t in times)
    assert all(w.text.strip() for w in decoded.words)


def check_spread(text: str, language: str, expected: list[str]) -> None:
    assert [w.text for w in spread(text, language, 1.0, 2.0)] == expected


def test_words_are_told_apart() -> None:
    make: Callable[[str, str, list[str]], None] = check_spread
    make("Good day.", "en", ["Good", "day."])
    make("今天，好。", "zh", ["今", "天，", "好。"])
    make(" ", "en", [])

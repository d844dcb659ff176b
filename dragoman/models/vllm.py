"""A vLLM server as live captions want it: started, waited for, tried, and ended in order."""

import asyncio
import io
import os
import signal
import socket
import wave
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from domain.audio import SAMPLE_RATE
from domain.errors import EngineError, EngineUnavailable, UsageError

QUIET = ("VLLM_NO_USAGE_STATS=1", "VLLM_DO_NOT_TRACK=1", "DO_NOT_TRACK=1")
"""Environment that keeps the server from reporting its use to others."""
LINES = 12
"""Last lines of a crashed server that are shown."""
_POLL_S = 0.25
_ANSWER_S = 60.0
_END_S = 20.0
_LAST_S = 5.0


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Which model is served, by which program, and how."""

    program: Path
    model: str
    port: int = 8000
    longest: int = 4096
    """Tokens of a prompt with its answer."""
    memory: float = 0.85
    """Share of the GPU's memory."""
    speech: bool = False
    """The model hears; otherwise it translates."""
    start_timeout_s: float = 1800.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def command(settings: ServeSettings) -> list[str]:
    """The command line, its environment included."""
    return [
        *("env", *QUIET),
        *(str(settings.program), "serve", settings.model),
        *("--host", "127.0.0.1", "--port", str(settings.port)),
        # Finals overtake drafts: the translator sends a priority with every request.
        *("--scheduling-policy", "priority"),
        # Glossary and context stand first and stay the same from sentence to sentence.
        "--enable-prefix-caching",
        *("--max-model-len", str(settings.longest)),
        *("--gpu-memory-utilization", f"{settings.memory:g}"),
    ]


def settings_lines(settings: ServeSettings) -> list[str]:
    """What to write into dragoman.toml to use the server."""
    group = "hearing" if settings.speech else "translation"
    return [
        f"[{group}]",
        f'openai_url = "{settings.url}/v1"',
        f'openai_model = "{settings.model}"',
    ]


class Server:
    """A running vLLM."""

    def __init__(self, process: asyncio.subprocess.Process, settings: ServeSettings) -> None:
        self._process = process
        self._settings = settings
        self.lines: deque[str] = deque(maxlen=LINES)
        """The last that it wrote."""
        self._silent = asyncio.Event()

    async def ready(self, progress: Callable[[str], None]) -> None:
        """Waits until it is healthy and has answered once. `progress` gets its last line.

        Raises EngineError with its last words where it ends, EngineUnavailable for a timeout.
        """
        settings = self._settings
        try:
            async with asyncio.timeout(settings.start_timeout_s):
                async with aiohttp.ClientSession(settings.url) as session:
                    while not await _healthy(session):
                        self._need_running()
                        progress(self.lines[-1] if self.lines else "")
                        await asyncio.sleep(_POLL_S)
                    await _probe(session, settings)
        except TimeoutError as error:
            raise EngineUnavailable(
                f"vLLM was not ready after {settings.start_timeout_s:g} s.",
                "Allow more with models.start_timeout_s, or fetch the model first.",
            ) from error

    async def ended(self) -> None:
        """Returns never; raises EngineError when the server ends by itself."""
        await self._process.wait()
        self._need_running()

    async def listen(self) -> None:
        """Reads what the server writes until it ends."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            text = line.decode("utf-8", "replace").strip()
            if text:
                self.lines.append(text)
        self._silent.set()

    async def last_words(self) -> None:
        """Waits a moment for what a server that has ended wrote last."""
        if self._process.returncode is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_S):
                    await self._silent.wait()

    def _need_running(self) -> None:
        code = self._process.returncode
        if code is not None:
            raise EngineError(
                f"vLLM ended by itself (exit code {code}).",
                "Its last lines stand above; often the GPU's memory is too small: try a smaller "
                "model, or models.memory and models.longest.",
            )


@asynccontextmanager
async def start(settings: ServeSettings) -> AsyncIterator[Server]:
    """Starts the server and ends it, with all its children, when the context ends.

    Raises UsageError where the port is taken, EngineError where it cannot be started.
    """
    _need_port(settings.port)
    try:
        process = await asyncio.create_subprocess_exec(
            *command(settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=1 << 20,
        )
    except OSError as error:
        raise EngineError(f"vLLM cannot be started: {error.strerror}.", "Check models.vllm.") from (
            error
        )
    server = Server(process, settings)
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(server.listen())
        try:
            yield server
        finally:
            await _end(process)
            await asyncio.wait({listening}, timeout=1.0)
            listening.cancel()


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        if process.returncode is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_END_S):
                    await process.wait()


def _need_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError(
                f"Port {port} of 127.0.0.1 is in use.", "Choose another: --port N"
            ) from error


async def _healthy(session: aiohttp.ClientSession) -> bool:
    try:
        async with session.get("/health", timeout=aiohttp.ClientTimeout(5)) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _probe(session: aiohttp.ClientSession, settings: ServeSettings) -> None:
    """One token: `/health` says nothing of whether the model answers."""
    asking = _hearing(session, settings) if settings.speech else _talking(session, settings)
    try:
        async with asking as answer, asyncio.timeout(_ANSWER_S):
            if answer.status == 200:
                return
            said = (await answer.text())[:200]
    except (aiohttp.ClientError, TimeoutError) as error:
        said = type(error).__name__
    raise EngineError(
        f"vLLM is up, but {settings.model} does not answer: {said}",
        "Check that the model suits: text for translation, speech with --speech.",
    )


_Asking = AbstractAsyncContextManager[aiohttp.ClientResponse]


def _talking(session: aiohttp.ClientSession, settings: ServeSettings) -> _Asking:
    message = {"role": "user", "content": "Hello"}
    body = {"model": settings.model, "messages": [message], "max_tokens": 1, "temperature": 0}
    return session.post("/v1/chat/completions", json=body)


def _hearing(session: aiohttp.ClientSession, settings: ServeSettings) -> _Asking:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        out.writeframes(bytes(SAMPLE_RATE * 2))
    form = aiohttp.FormData({"model": settings.model})
    form.add_field("file", file.getvalue(), filename="silence.wav", content_type="audio/wav")
    return session.post("/v1/audio/transcriptions", data=form)

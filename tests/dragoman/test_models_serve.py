"""A vLLM server is started with the right flags, waited for, tried, and ended in order."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.errors import EngineError, EngineUnavailable, UsageError
from dragoman.cli import main
from dragoman.models.vllm import ServeSettings, command, settings_lines, start

ROOT = Path(__file__).parents[2]
FAKE = '''#!{python}
"""Looks like vLLM: serves HTTP, writes what it was given, and can misbehave."""
import http.server, json, os, sys, time
place = os.path.dirname(os.path.abspath(__file__))
with open(place + "/started.json", "w") as file:
    json.dump({{"arguments": sys.argv[1:], "quiet": os.environ.get("VLLM_NO_USAGE_STATS"),
               "pid": os.getpid()}}, file)
mood = "{mood}"
print("INFO loading weights", flush=True)
if mood == "crash":
    print("torch.OutOfMemoryError: CUDA out of memory", flush=True)
    sys.exit(9)
began = time.monotonic()

class Answers(http.server.BaseHTTPRequestHandler):
    def log_message(self, *given): pass
    def _say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        ready = time.monotonic() - began > 0.6 and mood != "never"
        self._say(200 if ready else 503, {{}})
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        with open(place + "/asked.txt", "ab") as file:
            file.write(self.path.encode() + b" " + self.rfile.read(length))
        self._say(400 if mood == "mute" else 200, {{"error": "no chat template"}})
        if mood == "later":
            print("EngineDeadError: it died", flush=True)
            os._exit(7)

port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.ThreadingHTTPServer(("127.0.0.1", port), Answers).serve_forever()
'''


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def serving(tmp_path: Path) -> Callable[..., ServeSettings]:
    def make(mood: str = "well", **given: Any) -> ServeSettings:
        program = tmp_path / "vllm"
        program.write_text(FAKE.format(python=sys.executable, mood=mood))
        program.chmod(0o755)
        settings = ServeSettings(program, "tencent/Hy-MT2-1.8B", port=_free_port())
        return replace(settings, **given)

    return make


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_server_is_started_tried_and_ended(
    serving: Callable[..., ServeSettings], tmp_path: Path
) -> None:
    settings, told = serving(), list[str]()
    async with start(settings) as server:
        await server.ready(told.append)
        started = json.loads((tmp_path / "started.json").read_text())
    assert started["arguments"][:2] == ["serve", "tencent/Hy-MT2-1.8B"]
    assert {"--enable-prefix-caching", "priority"} <= set(started["arguments"])
    assert started["quiet"] == "1"
    assert "INFO loading weights" in told
    asked = (tmp_path / "asked.txt").read_text()
    assert asked.startswith("/v1/chat/completions")
    assert '"max_tokens": 1' in asked
    assert _gone(started["pid"])


async def test_a_speech_model_is_tried_with_sound(
    serving: Callable[..., ServeSettings], tmp_path: Path
) -> None:
    settings = serving(speech=True)
    async with start(settings) as server:
        await server.ready(lambda _line: None)
    assert (tmp_path / "asked.txt").read_bytes().startswith(b"/v1/audio/transcriptions")
    assert settings_lines(settings)[0] == "[hearing]"


@pytest.mark.parametrize(
    ("mood", "error", "told"),
    [
        ("crash", EngineError, "exit code 9"),
        ("mute", EngineError, "does not answer.*no chat template"),
        ("never", EngineUnavailable, "not ready"),
    ],
)
async def test_a_server_that_does_not_come_up_is_told(
    serving: Callable[..., ServeSettings], mood: str, error: type[EngineError], told: str
) -> None:
    settings = serving(mood, start_timeout_s=1.5 if mood == "never" else 30.0)
    with pytest.raises(BaseExceptionGroup) as raised:
        async with start(settings) as server:
            await server.ready(lambda _line: None)
    assert raised.group_contains(error, match=told)


async def test_a_port_in_use_is_told_before_anything_starts(
    serving: Callable[..., ServeSettings], tmp_path: Path
) -> None:
    settings = serving()
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.port))
        other.listen()
        with pytest.raises(UsageError, match="in use"):
            async with start(settings):
                pass
    assert not (tmp_path / "started.json").exists()


def _command(settings: ServeSettings, tmp_path: Path) -> list[str]:
    config = tmp_path / "dragoman.toml"
    config.write_text(f'[models]\nvllm = "{settings.program}"\nport = {settings.port}\n')
    return ["models", "serve", "--model", "hy-mt2-1.8b", "--config", str(config)]


def test_a_crash_is_told_with_its_last_lines(
    serving: Callable[..., ServeSettings], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for mood, line in (("crash", "CUDA out of memory"), ("later", "EngineDeadError")):
        assert main(_command(serving(mood), tmp_path)) == EngineError.exit_code
        told = capsys.readouterr()
        assert line in told.out
        assert "ended by itself" in told.err
        assert len(told.err.strip().splitlines()) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_server_and_command(
    serving: Callable[..., ServeSettings], tmp_path: Path, number: int
) -> None:
    arguments = [sys.executable, "-m", "dragoman", *_command(serving(), tmp_path)]
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if "Ctrl-C" in line:
            break
    process.send_signal(number)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0, rest
    assert 'openai_model = "tencent/Hy-MT2-1.8B"' in lines
    pid = json.loads((tmp_path / "started.json").read_text())["pid"]
    until_s = time.monotonic() + 10
    while not _gone(pid) and time.monotonic() < until_s:
        time.sleep(0.05)
    assert _gone(pid)


def test_a_dry_run_shows_the_command_and_starts_nothing(
    serving: Callable[..., ServeSettings], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = serving()
    assert main([*_command(settings, tmp_path), "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert " ".join(command(settings)) in told
    assert "[translation]" in told
    assert not (tmp_path / "started.json").exists()


def test_without_vllm_or_gpu_the_remedy_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "dragoman.toml"
    config.write_text(f'[models]\nvllm = "{tmp_path}/none"\n')
    for arguments in (["--model", "hy-mt2-7b"], ["--model", "nothing"]):
        assert main(["models", "serve", *arguments, "--config", str(config)]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 2


async def test_cancelling_ends_the_server(
    serving: Callable[..., ServeSettings], tmp_path: Path
) -> None:
    async def work() -> None:
        async with start(serving("never")) as server:
            await server.ready(lambda _line: None)

    task = asyncio.create_task(work())
    async with asyncio.timeout(20):
        while not (tmp_path / "started.json").exists():
            await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert _gone(json.loads((tmp_path / "started.json").read_text())["pid"])

"""What the service manager hears: that the server is up, alive and ending; and silence where
its event loop hangs."""

import asyncio
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman.serve.notify import notified
from dragoman.settings import service_manager


class Manager:
    """A fake service manager: a socket, and what came with its time."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.heard: list[tuple[float, str]] = []
        self._news = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while text := self._socket.recv(4096).decode():
            with self._news:
                self.heard.append((time.monotonic(), text))
                self._news.notify_all()

    def texts(self) -> list[str]:
        return [text for _, text in self.heard]

    def times(self, word: str) -> list[float]:
        return [at for at, text in self.heard if word in text]

    def wait_for(self, word: str, times: int = 1) -> None:
        with self._news:
            assert self._news.wait_for(lambda: len(self.times(word)) >= times, 60), self.heard

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.connect(self._socket.getsockname())
            end.send(b"")
        self._thread.join()
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = f"@dragoman-{os.getpid()}-{id(tmp_path)}"
    manager = Manager(str(tmp_path / "n") if request.param == "path" else name)
    yield manager
    manager.close()


async def test_it_hears_the_start_life_and_the_end(manager: Manager) -> None:
    async with notified(manager.address, 0.3, lambda: "2 bots"):
        await asyncio.to_thread(manager.wait_for, "WATCHDOG=1", 2)
    manager.wait_for("STOPPING=1")
    texts = manager.texts()
    assert texts[0] == "READY=1\nSTATUS=2 bots"
    assert texts[1] == "WATCHDOG=1\nSTATUS=2 bots"
    assert texts[-1] == "STOPPING=1"


async def test_a_loop_that_hangs_gives_no_sign_of_life(manager: Manager) -> None:
    async with notified(manager.address, 0.3, lambda: ""):
        await asyncio.to_thread(manager.wait_for, "WATCHDOG=1")
        hangs = time.monotonic()
        while time.monotonic() < hangs + 1.0:
            pass
        until = time.monotonic()
        await asyncio.to_thread(
            manager.wait_for, "WATCHDOG=1", len(manager.times("WATCHDOG=1")) + 1
        )
    assert [at for at in manager.times("WATCHDOG=1") if hangs + 0.2 < at < until] == []


async def test_without_a_manager_nothing_is_told() -> None:
    async with notified("", 0.0, lambda: pytest.fail("asked")):
        pass


async def test_a_manager_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    async with notified(str(tmp_path / "nobody"), 0.0, lambda: ""):
        pass


def test_a_watchdog_of_another_process_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/n")
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    assert service_manager() == ("/run/n", 60.0)
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert service_manager() == ("/run/n", 0.0)
    monkeypatch.delenv("NOTIFY_SOCKET")
    assert service_manager() == ("", 0.0)


async def test_the_server_tells_it(tmp_path: Path) -> None:
    manager = Manager(str(tmp_path / "n"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DRAGOMAN_")}
    data = tmp_path / "data"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dragoman", "serve", "--port", "0", "--data", str(data)),
        env={**environment, "NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "600000"},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.to_thread(manager.wait_for, "WATCHDOG=1", 2)
        assert re.fullmatch(r"READY=1\nSTATUS=0 bots.*", manager.texts()[0])
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
        manager.wait_for("STOPPING=1")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        manager.close()

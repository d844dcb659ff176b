"""Decoder processes: one that holds the models, and children of it that decode."""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.errors import EngineUnavailable
from pipeline.asr.pocketsphinx_worker import HEADER, LENGTH

_SCRIPT = Path(__file__).with_name("pocketsphinx_worker.py")
_START_TIMEOUT_S = 20.0
_ANSWER_TIMEOUT_S = 30.0
_LEAVE_TIMEOUT_S = 2.0


class Worker:
    """A connection to one decoding child."""

    def __init__(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self.in_step = True
        """False once an answer is missing, so that the next one could be mistaken for it."""
        self._reader = reader
        self._writer = writer

    async def ask(self, command: bytes, payload: bytes) -> list[list[Any]]:
        """One message and its answer. Raises ConnectionError, IncompleteReadError, TimeoutError."""
        self.in_step = False
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            self._writer.write(HEADER.pack(command, len(payload)) + payload)
            await self._writer.drain()
            (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
            answer = await self._reader.readexactly(length)
        self.in_step = True
        words: list[list[Any]] = json.loads(answer)
        return words

    async def aclose(self) -> None:
        """Hangs up; the child ends by itself."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class WorkerSource:
    """Starts the process with the models when first needed, and again if it dies."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._lock = asyncio.Lock()

    def pids(self) -> Sequence[int]:
        """The process with the models, if it runs."""
        return [self._process.pid] if self._process else []

    async def ready(self) -> None:
        """Returns when the models are loaded. Raises EngineUnavailable."""
        async with self._lock:
            await self._start()

    async def worker(self) -> Worker:
        """A new child. Raises EngineUnavailable."""
        async with self._lock:
            for _ in range(2):
                control = await self._start()
                with contextlib.suppress(OSError):
                    return await _fork(control)
                await self._stop()
        raise EngineUnavailable("The pocketsphinx process does not answer.", "See the log.")

    async def aclose(self) -> None:
        """Ends the process."""
        async with self._lock:
            await self._stop()

    async def _start(self) -> socket.socket:
        if self._control and self._process and self._process.returncode is None:
            return self._control
        await self._stop()
        try:
            ours = await self._spawn()
            async with asyncio.timeout(_START_TIMEOUT_S):
                await _number(ours)
        except (OSError, TimeoutError) as error:
            await self._stop()
            raise EngineUnavailable(
                "The pocketsphinx process did not start.", "See the log."
            ) from error
        return ours

    async def _spawn(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._control = ours
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                str(_SCRIPT),
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
            )
        return ours

    async def _stop(self) -> None:
        control, self._control = self._control, None
        process, self._process = self._process, None
        if control:
            control.close()
        if process is None:
            return
        try:
            async with asyncio.timeout(_LEAVE_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _number(control: socket.socket) -> int:
    received = await asyncio.get_running_loop().sock_recv(control, LENGTH.size)
    if len(received) < LENGTH.size:
        raise ConnectionResetError("The process with the models has gone.")
    return int(LENGTH.unpack(received)[0])


async def _fork(control: socket.socket) -> Worker:
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            socket.send_fds(control, [b"w"], [theirs.fileno()])
        async with asyncio.timeout(_START_TIMEOUT_S):
            pid = await _number(control)
    except BaseException:
        ours.close()
        raise
    reader, writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
    return Worker(pid, reader, writer)

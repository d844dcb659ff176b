"""The connection to Kokoro's process."""

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.errors import EngineError, EngineUnavailable

_LINE = 64 * 1024
_MOST_BYTES = 64 * 1024 * 1024
_LEAVE_S = 3.0


class KokoroProcess:
    """Asks one text at a time; `start` makes it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pid = process.pid
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str], timeout_s: float) -> "KokoroProcess":
        """A process whose model is loaded. Raises EngineError or EngineUnavailable."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_LINE,
            )
        except OSError as error:
            raise EngineUnavailable(
                "Kokoro's process cannot be started.", "Free some memory on this machine."
            ) from error
        made = cls(process)
        try:
            async with asyncio.timeout(timeout_s):
                await made._answer()
        except BaseException as error:
            await made.aclose()
            if isinstance(error, TimeoutError):
                raise EngineUnavailable("Kokoro does not start.") from error
            raise
        return made

    async def ask(self, order: Mapping[str, Any], timeout_s: float) -> tuple[bytes, int, int]:
        """PCM16, its rate and the process's memory in MB. Raises EngineError for a text that
        fails and EngineUnavailable where the process is of no more use."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            async with asyncio.timeout(timeout_s):
                await self._process.stdin.drain()
                head, sound = await self._answer()
        except TimeoutError as error:
            raise EngineUnavailable("Kokoro hangs.", "It is started anew.") from error
        except OSError as error:
            raise EngineUnavailable("Kokoro died.", "It is started anew.") from error
        return sound, int(head.get("rate", 0)), int(head.get("memory_mb", 0))

    async def aclose(self) -> None:
        """Ends the process."""
        process = self._process
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(_LEAVE_S):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    async def _answer(self) -> tuple[dict[str, Any], bytes]:
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
            head: dict[str, Any] = json.loads(line)
            size = int(head["bytes"])
            if not 0 <= size <= _MOST_BYTES:
                raise ValueError("an absurd length")
            sound = await self._process.stdout.readexactly(size)
        except (ValueError, KeyError, asyncio.IncompleteReadError) as error:
            raise EngineUnavailable("Kokoro died.", "It is started anew.") from error
        if "error" in head:
            raise EngineError(f"Kokoro failed: {head['error']}")
        return head, sound

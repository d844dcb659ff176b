"""One direction of Apertium as a running row of programs."""

import asyncio
import contextlib
import os
import signal

from domain.errors import EngineUnavailable

_LONGEST_ANSWER = 1 << 20


class ApertiumChain:
    """Starts when first asked, keeps running, and starts anew after a crash or a hang."""

    def __init__(self, command: str, *, timeout_s: float = 5.0) -> None:
        self._command = command
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process group, while it runs."""
        return None if self._process is None else self._process.pid

    async def ask(self, raw: bytes) -> bytes:
        """What the programs make of one NUL-ended text. Raises EngineUnavailable."""
        async with self._turn:
            for _ in range(2):
                with contextlib.suppress(OSError, EOFError, TimeoutError, ValueError):
                    return await self._once(raw)
        raise EngineUnavailable(
            "Apertium's programs do not answer.", "Run the doctor; reinstall the language pair."
        )

    async def aclose(self) -> None:
        """Ends the programs."""
        async with self._turn:
            await self._end()

    async def _once(self, raw: bytes) -> bytes:
        answered = False
        try:
            async with asyncio.timeout(self._timeout_s):
                process = await self._running()
                stdin, stdout = process.stdin, process.stdout
                if stdin is None or stdout is None:
                    raise EOFError
                _, answer = await asyncio.gather(
                    _write(stdin, raw), stdout.readuntil(b"\0"), return_exceptions=False
                )
                answered = True
                return answer
        except asyncio.LimitOverrunError as error:
            raise ValueError from error
        finally:
            if not answered:
                await self._end()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        self._process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_ANSWER,
            start_new_session=True,
        )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await process.communicate()


async def _write(stdin: asyncio.StreamWriter, raw: bytes) -> None:
    stdin.write(raw)
    await stdin.drain()

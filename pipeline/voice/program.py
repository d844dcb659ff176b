"""Runs a speaking program: the text goes in by stdin and is never an option."""

import asyncio
import contextlib
from collections.abc import Sequence

from domain.errors import EngineError, EngineUnavailable, MissingError

_MOST_BYTES = 64 * 1024 * 1024


async def run(command: Sequence[str], text: str, *, timeout_s: float = 15.0) -> bytes:
    """What the program writes to stdout.

    Raises MissingError where it is not installed, EngineError where it fails and
    EngineUnavailable where it cannot be started or hangs; then it is ended.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise MissingError(
            f"The program {command[0]} is not installed.",
            f"Install it: apt-get install {command[0]}",
        ) from error
    except OSError as error:
        raise EngineUnavailable(
            f"{command[0]} cannot be started.", "Free some memory on this machine."
        ) from error
    try:
        async with asyncio.timeout(timeout_s):
            out, _ = await process.communicate(text.encode("utf-8", "replace"))
    except TimeoutError as error:
        raise EngineUnavailable(f"{command[0]} hangs.") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise EngineError(f"{command[0]} ended with status {process.returncode}.")
    if len(out) > _MOST_BYTES:
        raise EngineError(f"{command[0]} gave far too much sound.")
    return out

"""Keeps a vLLM server up until somebody ends it."""

import asyncio
import signal

from domain.errors import DragomanError
from dragoman import console
from dragoman.failures import first_failure
from dragoman.models.vllm import Server, ServeSettings, settings_lines, start
from dragoman.progress import StartBar


async def serve(settings: ServeSettings) -> int:
    """Starts the server, tells how to use it, and ends it on Ctrl-C or SIGTERM.

    Raises DragomanError; of a server that crashed, its last lines are shown.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, asked.set)
    try:
        await _until_asked(settings, asked)
    except BaseExceptionGroup as group:
        raise first_failure(group) from None
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
    console.say("vLLM has ended.")
    return 0


async def _until_asked(settings: ServeSettings, asked: asyncio.Event) -> None:
    console.say(f"Starting vLLM with {settings.model} on {settings.url}")
    async with start(settings) as server, asyncio.TaskGroup() as group:
        working = group.create_task(_work(server, settings))
        waiting = group.create_task(asked.wait())
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        working.cancel()


async def _work(server: Server, settings: ServeSettings) -> None:
    try:
        with StartBar("vLLM") as bar:
            await server.ready(bar)
        console.say("vLLM is ready. In dragoman.toml:")
        for line in settings_lines(settings):
            console.say(f"    {line}")
        console.say("Ctrl-C ends it.")
        await server.ended()
    except DragomanError:
        await server.last_words()
        for line in server.lines:
            console.say(f"  {line}", style="dim")
        raise

"""Keeps one process of Kokoro ready; it starts and is renewed in the background."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from domain.errors import EngineUnavailable
from pipeline.voice.kokoro_process import KokoroProcess

log = logging.getLogger(__name__)


class KokoroKeeper:
    """Whoever stops waiting for a start does not stop the start; `aclose` ends everything."""

    def __init__(self, start: Callable[[], Awaitable[KokoroProcess]]) -> None:
        self._start = start
        self._made: asyncio.Task[KokoroProcess] | None = None
        self._leaving: KokoroProcess | None = None

    @property
    def process(self) -> KokoroProcess | None:
        """The one that is ready."""
        made = self._made
        if made is None or not made.done() or made.cancelled() or made.exception():
            return None
        return made.result()

    async def ready(self) -> KokoroProcess:
        """The process, once it has started. Raises what the start raises; then the next call
        starts it again."""
        if self._made is None or (self._made.done() and self.process is None):
            self._begin()
        made = self._made
        assert made is not None
        try:
            return await asyncio.shield(made)
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if waiting is not None and not waiting.cancelling() and made.cancelled():
                raise EngineUnavailable("Kokoro was closed.") from None
            raise

    def renew(self) -> None:
        """Ends the process that is ready and starts another."""
        process = self.process
        if process is not None:
            self._leaving = process
            self._begin()

    async def aclose(self) -> None:
        """Ends the start and the process."""
        made, self._made = self._made, None
        if made is not None:
            made.cancel()
            await asyncio.wait({made})
            if not made.cancelled() and made.exception() is None:
                await made.result().aclose()
        await self._end_leaving()

    def _begin(self) -> None:
        self._made = asyncio.create_task(self._make())
        self._made.add_done_callback(_tell_failure)

    async def _make(self) -> KokoroProcess:
        await self._end_leaving()
        return await self._start()

    async def _end_leaving(self) -> None:
        if self._leaving is not None:
            await self._leaving.aclose()
            self._leaving = None


def _tell_failure(made: asyncio.Task[KokoroProcess]) -> None:
    error = None if made.cancelled() else made.exception()
    if error is not None:
        log.info("Kokoro did not start: %s", type(error).__name__)

"""A launcher without processes: bots end as told."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from scheduler.launchers.names import plain_id

STOPPED = -15
"""Exit code of a bot that was stopped."""


class ScriptedBot:
    """The Bot port without a process."""

    def __init__(self, meeting_id: str, arguments: Sequence[str]) -> None:
        self.meeting_id = meeting_id
        self.arguments = tuple(arguments)
        self._code: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(self, code: int) -> None:
        """Ends as a bot would with this exit code."""
        if not self._code.done():
            self._code.set_result(code)

    def alive(self) -> bool:
        """Whether it has not ended."""
        return not self._code.done()

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        return await asyncio.shield(self._code)

    async def stop(self, deadline_s: float = 20.0) -> int:
        """Ends it."""
        self.end(STOPPED)
        return await self.wait()


class ScriptedLauncher:
    """The Launcher port in memory; `codes` are exit codes of bots that end at once."""

    def __init__(self, codes: dict[str, int] | None = None) -> None:
        self._codes = codes or {}
        self._bots: dict[str, ScriptedBot] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def launch(self, meeting_id: str, arguments: Sequence[str] = ()) -> ScriptedBot:
        """Starts a bot, or gives the one that runs for the meeting already."""
        known = self._bots.get(plain_id(meeting_id))
        if known is not None and known.alive():
            return known
        bot = self._bots[meeting_id] = ScriptedBot(meeting_id, arguments)
        if meeting_id in self._codes:
            bot.end(self._codes[meeting_id])
        return bot

    def running(self) -> Sequence[ScriptedBot]:
        """The bots that run now, oldest first."""
        return [bot for bot in self._bots.values() if bot.alive()]

    async def aclose(self) -> None:
        """Stops every bot."""
        for bot in self._bots.values():
            await bot.stop()

"""The languages that a meeting is translated into, which may change while it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from domain.errors import DragomanError, UsageError
from domain.languages import parse_language

log = logging.getLogger(__name__)

MOST = 4
"""More at a time can neither be shown nor be translated in time."""

Codes = tuple[str, ...]
Follow = Callable[[Codes], Awaitable[None]]


class Targets:
    """`now`, and those who follow it: told at once or, where that takes time, in order.

    A follower that takes long is told of the newest languages only.
    """

    def __init__(self, codes: Iterable[str]) -> None:
        self.now: Codes = tuple(codes)
        self._told: list[Callable[[Codes], None]] = []
        self._followers: list[Follow] = []
        self._changed = asyncio.Event()

    def on(self, tell: Callable[[Codes], None]) -> None:
        """Calls a quick function with the languages at every change."""
        self._told.append(tell)

    @contextmanager
    def followed(self, follow: Follow) -> Iterator[None]:
        """Awaits a function with the languages after every change, while the context lasts."""
        self._followers.append(follow)
        try:
            yield
        finally:
            self._followers.remove(follow)

    def set(self, codes: Sequence[object]) -> None:
        """Other languages from now on. Raises UsageError for none, too many or an unknown one."""
        wanted = tuple(dict.fromkeys(parse_language(str(code)) for code in codes))
        if not 1 <= len(wanted) <= MOST:
            raise UsageError("So many languages are not possible.", f"Give 1 to {MOST}.")
        if wanted == self.now:
            return
        self.now = wanted
        for tell in self._told:
            tell(wanted)
        self._changed.set()

    @asynccontextmanager
    async def tending(self) -> AsyncIterator[None]:
        """Tells the followers, while the context lasts."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self._run())
            try:
                yield
            finally:
                task.cancel()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            for follow in self._followers.copy():
                try:
                    await follow(self.now)
                except DragomanError as error:
                    log.warning("other languages were not taken: %s", type(error).__name__)
                except Exception:
                    log.exception("other languages were not taken")

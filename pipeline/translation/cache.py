"""Translations already made, and those being made, each shared by all who ask."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from domain.captions import Translation

Key = tuple[str, str, str, str, str]
"""Text, source, target, glossary version, engine."""


class TranslationCache:
    """Keeps the most recently used translations; the oldest goes first."""

    def __init__(self, size: int = 2000) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Translation] = OrderedDict()
        self._running: dict[Key, asyncio.Future[Translation]] = {}
        self.hits = 0
        self.misses = 0

    @property
    def hit_rate(self) -> float:
        """0..1; 0 before the first question."""
        return self.hits / max(1, self.hits + self.misses)

    async def get(self, key: Key, make: Callable[[], Awaitable[Translation]]) -> Translation:
        """The kept translation, that of a request under way, or a new one."""
        if key in self._kept:
            self.hits += 1
            self._kept.move_to_end(key)
            return self._kept[key]
        if key in self._running:
            self.hits += 1
            return await asyncio.shield(self._running[key])
        self.misses += 1
        future: asyncio.Future[Translation] = asyncio.get_running_loop().create_future()
        self._running[key] = future
        try:
            made = await make()
        except BaseException as error:
            if isinstance(error, Exception):
                future.set_exception(error)
                future.exception()
            else:
                future.cancel()
            raise
        finally:
            del self._running[key]
        future.set_result(made)
        self._kept[key] = made
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return made

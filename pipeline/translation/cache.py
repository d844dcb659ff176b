"""Translations already made, and those being made, each shared by all who ask."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from domain.captions import Translation


class Key(NamedTuple):
    """What makes two requests one."""

    text: str
    source: str
    target: str
    glossary: str = ""
    """Version of the terms that apply."""
    engine: str = ""
    """Who makes it; kept under the name of who made it."""
    draft: bool = False

    def as_final(self) -> "Key":
        """The key of the finished sentence with the same text."""
        return self._replace(draft=False)


class TranslationCache:
    """Keeps the most recently used translations; the oldest goes first.

    A draft may be answered with what was made for a final, never the other way round.
    """

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

    def __len__(self) -> int:
        return len(self._kept)

    async def get(
        self, key: Key, make: Callable[[], Awaitable[Translation]], shown: str = ""
    ) -> Translation:
        """The kept translation, that of a request under way, or a new one.

        What is kept is taken only if it begins with what is `shown` of it already.
        """
        for known in dict.fromkeys((key, key.as_final())):
            if known in self._kept and self._kept[known].text.startswith(shown):
                self.hits += 1
                self._kept.move_to_end(known)
                return self._kept[known]
        if key in self._running:
            self.hits += 1
            return await asyncio.shield(self._running[key])
        self.misses += 1
        made = await self._make(key, make)
        self._kept[key._replace(engine=made.engine or key.engine)] = made
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
        return made

    async def _make(self, key: Key, make: Callable[[], Awaitable[Translation]]) -> Translation:
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
        return made

"""The picture as JPEGs for web pages, encoded once for all who watch."""

import asyncio
from collections.abc import AsyncIterator

from domain.pictures import PictureUpdate
from overlay.sinks.image import to_jpeg

REPEAT_S = 1.0


class MjpegFeed:
    """Encodes only while somebody watches; whoever is slow gets the newest picture only."""

    def __init__(self, quality: int = 85, repeat_s: float = REPEAT_S) -> None:
        self._quality = quality
        self._repeat_s = repeat_s
        self._update: PictureUpdate | None = None
        self._encoded: tuple[PictureUpdate, bytes] | None = None
        self._encoding = asyncio.Lock()
        self._watchers: set[asyncio.Event] = set()
        self._closed = False

    async def show(self, update: PictureUpdate) -> None:
        self._update = update
        self._wake()

    async def aclose(self) -> None:
        self._closed = True
        self._wake()

    async def frames(self) -> AsyncIterator[bytes]:
        """JPEG files: the newest picture at once, then each change, and a repetition every
        second where nothing changes. Ends when the feed is closed."""
        news = asyncio.Event()
        self._watchers.add(news)
        try:
            while not self._closed:
                news.clear()
                if self._update is not None:
                    yield await self._jpeg()
                try:
                    async with asyncio.timeout(self._repeat_s):
                        await news.wait()
                except TimeoutError:
                    continue
        finally:
            self._watchers.discard(news)

    def _wake(self) -> None:
        for news in self._watchers:
            news.set()

    async def _jpeg(self) -> bytes:
        async with self._encoding:
            update = self._update
            assert update is not None
            if self._encoded is None or self._encoded[0] is not update:
                jpeg = await asyncio.to_thread(to_jpeg, update, self._quality)
                self._encoded = (update, jpeg)
            return self._encoded[1]

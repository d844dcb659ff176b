"""The overlay: takes captions, draws them in a thread of its own, feeds every output."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from domain.captions import Caption
from domain.clock import Clock
from domain.events import Event, PictureShown, StageTimed
from domain.pictures import FPS, PictureUpdate
from domain.ports import PictureSink
from overlay.frame import Card
from overlay.inbox import Changes, Inbox
from overlay.painter import Painter
from overlay.settings import OverlaySettings

logger = logging.getLogger(__name__)

_SHORTEST_S = 1 / FPS
_LONGEST_S = 1.0


class Overlay:
    """A CaptionSink that draws. An async context manager: the first picture is out once it
    is entered, and its sinks are closed when it is left. Raises MissingError without fonts.
    """

    def __init__(
        self,
        settings: OverlaySettings,
        clock: Clock,
        sinks: Sequence[PictureSink],
        notify: Callable[[Event], None] = lambda event: None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sinks = tuple(sinks)
        self._notify = notify
        self._inbox = Inbox()
        self._news = asyncio.Event()
        self._closing = False
        self._painter: Painter | None = None
        self._broken: set[PictureSink] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for sink in self._sinks:
                stack.push_async_callback(sink.aclose)
            self._thread = stack.enter_context(ThreadPoolExecutor(1, "overlay"))
            loop = asyncio.get_running_loop()
            self._painter = await loop.run_in_executor(self._thread, Painter, self._settings)
            await self._picture()
            group = await stack.enter_async_context(asyncio.TaskGroup())
            group.create_task(self._run(), name="overlay")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        self._closing = True
        self._news.set()
        return await self._stack.__aexit__(kind, error, trace)

    async def show(self, caption: Caption) -> None:
        """A new revision; drawn within a thirtieth of a second."""
        self._inbox.caption(caption, self._clock.now_s())
        self._news.set()

    def set_card(self, kind: str | None, lines: Sequence[str] = ()) -> None:
        """A card instead of the captions, or none; see Card for the kinds. The idle card
        gives way to captions by itself. Raises UsageError for an unknown kind."""
        card = None if kind is None else Card(kind.replace("-", "_"), tuple(lines))
        self._inbox.card(card, self._clock.now_s())
        self._news.set()

    def apply(self, settings: OverlaySettings) -> None:
        """Other settings from the next picture on."""
        self._inbox.settings(settings, self._clock.now_s())
        self._news.set()

    async def _run(self) -> None:
        wait_s = _LONGEST_S
        while not self._closing:
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                pass
            began = time.monotonic()
            next_s = await self._picture()
            if not self._closing:
                await asyncio.sleep(max(0.0, began + _SHORTEST_S - time.monotonic()))
            now_s = self._clock.now_s()
            wait_s = _LONGEST_S if next_s is None else min(_LONGEST_S, max(0.0, next_s - now_s))
        await self._picture()

    async def _picture(self) -> float | None:
        """Draws and hands out what waits; when the picture changes by itself next."""
        self._news.clear()
        now_s = self._clock.now_s()
        loop = asyncio.get_running_loop()
        changes = self._inbox.take()
        update, took_s, next_s = await loop.run_in_executor(
            self._thread, self._draw, changes, now_s
        )
        if update is not None:
            for sink in self._sinks:
                await self._hand_out(sink, update)
            at_s = self._clock.now_s()
            self._notify(StageTimed("draw", took_s, at_s))
            self._notify(PictureShown(update.number, at_s, update.captions))
        return next_s

    async def _hand_out(self, sink: PictureSink, update: PictureUpdate) -> None:
        try:
            await sink.show(update)
        except Exception:
            if sink not in self._broken:
                self._broken.add(sink)
                logger.exception("An output refused a picture: %s", type(sink).__name__)

    def _draw(
        self, changes: Changes, now_s: float
    ) -> tuple[PictureUpdate | None, float, float | None]:
        painter = self._painter
        assert painter is not None
        began = time.perf_counter()
        since_s = now_s if changes.since_s is None else changes.since_s
        try:
            self._take(painter, changes, now_s)
            update, next_s = painter.draw(now_s, since_s), painter.next_s()
        except Exception:
            logger.exception("Captions could not be drawn and are left out")
            update, next_s = self._draw_anew(painter, now_s, since_s)
        return update, time.perf_counter() - began, next_s

    @staticmethod
    def _draw_anew(
        painter: Painter, now_s: float, since_s: float
    ) -> tuple[PictureUpdate | None, float | None]:
        try:
            painter.recover()
            return painter.draw(now_s, since_s), painter.next_s()
        except Exception:
            logger.exception("The picture could not be drawn at all; the last one stands")
            return None, None

    def _take(self, painter: Painter, changes: Changes, now_s: float) -> None:
        if changes.settings is not None:
            painter.apply(changes.settings)
        if changes.card is not None:
            painter.set_card(changes.card[0])
        painter.show(changes.captions, now_s)

"""The bot's camera: pictures go to the page as the rectangles that changed."""

import asyncio
from collections.abc import Callable
from typing import Any

from bot.endpoint import PageEndpoint
from bot.protocol import picture_message
from bot.readback import ReadBack
from domain.pictures import PictureUpdate, Rectangle

_MOST_AREAS = 64


class Camera:
    """A PictureSink; shows the newest picture, also after the page came back."""

    def __init__(self, endpoint: PageEndpoint, notice: Callable[[str, str, float], None]) -> None:
        self.back = ReadBack(notice)
        """What really leaves."""
        self._endpoint = endpoint
        self._newest: PictureUpdate | None = None
        self._areas: set[Rectangle] | None = None
        self._news = asyncio.Event()
        self._waiting: dict[int, float] = {}
        self._ask = False
        self.back.repair = self._repair

    async def show(self, update: PictureUpdate) -> None:
        """Takes a picture; at once, it leaves by itself."""
        first = self._newest is None
        self._newest = update
        if first:
            self._areas = None
        elif self._areas is not None:
            self._areas |= set(update.changed)
            if len(self._areas) > _MOST_AREAS:
                self._areas = None
        self._news.set()

    async def aclose(self) -> None:
        """Nothing is left to write."""
        self._newest = None

    def connected(self) -> None:
        """The page is there anew and knows no picture."""
        self._areas = None
        if self._newest is not None:
            self._news.set()

    async def run(self) -> None:
        """Sends pictures for ever, the newest first, those in between merged."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._ask:
                self._ask = not await self._endpoint.send({"type": "camera_repair"})
            update, areas = self._newest, self._areas
            if update is None or areas == set() or not self._endpoint.connected:
                continue
            whole = (Rectangle(0, 0, update.width, update.height),)
            message = picture_message(update, whole if areas is None else tuple(areas))
            self._areas = set()
            if await self._endpoint.send_bytes(message):
                self._waiting[update.number] = update.changed_s
            else:
                self._areas = None

    def shown(self, message: dict[str, Any], at_s: float) -> float | None:
        """The page holds a picture; the age of its change at that moment."""
        number = message.get("number")
        changed_s = self._waiting.pop(number, None) if isinstance(number, int) else None
        for old in [n for n in self._waiting if isinstance(number, int) and n < number]:
            del self._waiting[old]
        return None if changed_s is None else at_s - changed_s

    def counted(self, message: dict[str, Any], at_s: float) -> None:
        """What the page measures of its sending."""
        self.back.take(message, at_s)

    def _repair(self) -> None:
        self._ask = True
        self._news.set()

"""The chat: opening its panel and sending lines."""

import asyncio

from playwright.async_api import Error, Locator

from bot.tab import Tab
from domain.text import clean

LIMIT = 500
_WAIT_S = 2.0
_POLL_S = 0.1


def split(text: str, limit: int = LIMIT) -> list[str]:
    """A text in pieces that Meet accepts, cut between words where there are any."""
    pieces: list[str] = []
    rest = clean(text, 10_000)
    while len(rest) > limit:
        cut = rest.rfind(" ", 1, limit + 1)
        cut = cut if cut > 0 else limit
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


class Chat:
    """Meet's chat panel."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab

    async def open(self) -> bool:
        """Opens the panel; whether one can write there."""
        async with self._tab.lock:
            return await self._box() is not None

    async def say(self, text: str) -> bool:
        """Sends a text; whether every piece of it stands in the log."""
        pieces = split(text)
        async with self._tab.lock:
            for piece in pieces:
                try:
                    if not await self._send(piece):
                        return False
                except Error:
                    return False
        return bool(pieces)

    async def _box(self) -> Locator | None:
        try:
            box = await self._tab.find("chat_input")
            if box is None or not await box.is_visible():
                log = await self._tab.find("chat_log")
                if log is not None and await log.is_visible():
                    return None
                if not await self._tab.press("chat_button"):
                    return None
                box = await self._appears()
            return box if box is not None and await box.is_enabled() else None
        except Error:
            return None

    async def _appears(self) -> Locator | None:
        for _ in range(int(_WAIT_S / _POLL_S)):
            box = await self._tab.find("chat_input")
            if box is not None and await box.is_visible():
                return box
            await asyncio.sleep(_POLL_S)
        return None

    async def _send(self, piece: str) -> bool:
        box = await self._box()
        if box is None:
            return False
        await box.fill(piece, timeout=1500)
        before = await self._copies(piece)
        await box.press("Enter", timeout=1500)
        if await self._stands(piece, before, _WAIT_S / 2):
            return True
        await self._tab.press("chat_send")
        return await self._stands(piece, before, _WAIT_S / 2)

    async def _stands(self, piece: str, before: int, wait_s: float) -> bool:
        for _ in range(int(wait_s / _POLL_S)):
            if await self._copies(piece) > before:
                return True
            await asyncio.sleep(_POLL_S)
        return False

    async def _copies(self, piece: str) -> int:
        log = await self._tab.find("chat_log")
        return (await log.inner_text(timeout=1500)).count(piece) if log is not None else 0

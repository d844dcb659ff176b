"""One meeting for its viewers: what is new, written once per language."""

import asyncio
import json
from collections import OrderedDict
from contextlib import suppress
from typing import Any

from domain.text import clean
from web.viewers.contents import Contents
from web.viewers.protocol import AS_SPOKEN, VERSION, Wish, languages, projected

FILLED_S = 2.0
"""A viewer waits at most so long for what a new room will hold."""
READY = 4_000_000
"""Bytes of frames that are kept ready: for who is up to date, and for who comes back."""

_Key = tuple[str, Wish, int, int]


class Room:
    """Gives frames: JSON arrays of messages, encoded.

    A viewer is a number: what it has seen. Its next frame holds the newest of everything that
    has a higher one, so that nothing queues up however slow it is.
    """

    def __init__(self) -> None:
        self.contents = Contents()
        self.made = 0
        """Frames written; what is shared is counted once."""
        self._frames: OrderedDict[_Key, bytes] = OrderedDict()
        self._ready = 0
        self._news = asyncio.Event()
        self._filled = asyncio.Event()

    @property
    def number(self) -> int:
        """The highest there is."""
        return self.contents.number

    @property
    def epoch(self) -> str:
        """Numbers of one epoch mean nothing in another."""
        return self.contents.epoch

    @property
    def news(self) -> asyncio.Event:
        """Is set at the next `tell`; to be taken before looking at `number`."""
        return self._news

    def tell(self) -> None:
        """Wakes who waits for news."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def fill(self) -> None:
        """What there is was told."""
        self._filled.set()

    async def filled(self) -> None:
        """Waits until what there is was told, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FILLED_S):
                await self._filled.wait()

    def hello(self, wish: Wish, epoch: str = "", after: int | None = None) -> bytes:
        """The first frame: greeting, and what came after the number, or everything."""
        seen = -1
        if epoch == self.epoch and after is not None:
            seen = after if self.contents.lost <= after <= self.number else -1
        greeting = {
            "type": "hello",
            "version": VERSION,
            "epoch": self.epoch,
            "n": self.number,
            "whole": seen < 0,
            "language": wish.language,
            "original": wish.original,
        }
        told = self.frame(wish, seen)
        head = json.dumps(greeting, ensure_ascii=False).encode()
        return b"[" + head + (b"," + told[1:] if len(told) > 2 else b"]")

    def frame(self, wish: Wish, after: int) -> bytes:
        """What came after a number, everything after -1; shared by all who ask for the same."""
        key = (self.epoch, wish, after, self.number)
        if key not in self._frames:
            self._frames[key] = self._written(wish, after)
            self._ready += len(self._frames[key])
            while self._ready > READY and len(self._frames) > 1:
                self._ready -= len(self._frames.popitem(last=False)[1])
        self._frames.move_to_end(key)
        return self._frames[key]

    def beat(self) -> bytes:
        """Tells that there is nothing to tell."""
        return b'[{"type": "beat", "n": %d}]' % self.number

    def _written(self, wish: Wish, after: int) -> bytes:
        self.made += 1
        told: list[dict[str, Any]] = [
            {"n": number, **projected(caption, wish)}
            for number, caption in self.contents.since(after)
        ]
        if self.contents.changed_at > after:
            told.append(self._meeting())
            told.sort(key=lambda message: int(message["n"]))
        return json.dumps(told, ensure_ascii=False).encode()

    def _meeting(self) -> dict[str, Any]:
        found = self.contents
        return {
            "type": "meeting",
            "n": found.changed_at,
            "title": clean(found.title),
            "phase": found.phase,
            "recorded": found.recorded,
            "languages": [
                *languages(found.offered),
                {"code": AS_SPOKEN, "name": "", "rtl": False},
            ],
        }

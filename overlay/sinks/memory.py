"""Keeps pictures in memory, for tests."""

from collections import deque

from domain.pictures import PictureUpdate


class MemorySink:
    """The newest pictures, in order."""

    def __init__(self, keep: int = 256) -> None:
        self.updates: deque[PictureUpdate] = deque(maxlen=keep)
        self.closed = False

    async def show(self, update: PictureUpdate) -> None:
        self.updates.append(update)

    async def aclose(self) -> None:
        self.closed = True

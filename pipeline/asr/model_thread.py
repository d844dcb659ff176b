"""A model in a thread of its own: loaded when first needed, again in a fresh thread if it hung."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from domain.errors import EngineUnavailable
from pipeline.asr.one_thread import OneThread

T = TypeVar("T")

_MOST_RESTARTS = 2


class ModelThread(Generic[T]):
    """`make` loads the model, in the thread. After two hangs it is given up."""

    def __init__(self, name: str, make: Callable[[], T]) -> None:
        self._name = name
        self._make = make
        self._loading = asyncio.Lock()
        self._thread: OneThread | None = None
        self._model: T | None = None
        self._restarts = 0

    async def ready(self, timeout_s: float) -> tuple[T, OneThread]:
        """The model and its thread. Raises EngineError, MissingError."""
        async with self._loading:
            if self._thread and self._thread.broken:
                self._thread = self._model = None
                self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                raise EngineUnavailable(
                    "The Whisper model hangs again and again.", "Choose a smaller model."
                )
            if self._thread is None:
                self._thread = OneThread(self._name)
            if self._model is None:
                self._model = await self._thread.run(self._make, timeout_s=timeout_s, urgent=True)
            return self._model, self._thread

    async def aclose(self) -> None:
        """Gives the model and its thread back."""
        thread, self._thread, self._model = self._thread, None, None
        if thread:
            await thread.aclose()

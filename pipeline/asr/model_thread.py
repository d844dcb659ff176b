"""A model in a thread of its own: loaded when first needed, again in a fresh thread if it hung."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from domain.errors import EngineUnavailable
from pipeline.asr.one_thread import Hung, OneThread

T = TypeVar("T")

_MOST_RESTARTS = 2


class ModelThread(Generic[T]):
    """`make` loads the model, in the thread. After two hangs it is given up.

    All who wait while it loads wait for one and the same load, which goes on where one of them
    gives up. `what` names the model for people; `on_hang` is called when a load hangs.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], T],
        what: str = "Whisper model",
        on_hang: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._make = make
        self._what = what
        self._on_hang = on_hang
        self._loading: asyncio.Task[tuple[T, OneThread]] | None = None
        self._thread: OneThread | None = None
        self._loaded: tuple[T, OneThread] | None = None
        self._restarts = 0
        self._closed = False

    async def ready(self, timeout_s: float) -> tuple[T, OneThread]:
        """The model and its thread. Raises EngineError, MissingError."""
        self._check()
        if self._loaded and not self._loaded[1].broken:
            return self._loaded
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load(timeout_s))
            self._loading.add_done_callback(_seen)
        return await asyncio.shield(self._loading)

    async def aclose(self) -> None:
        """Gives the model and its thread back for good."""
        self._closed = True
        thread, self._thread, self._loaded = self._thread, None, None
        if thread:
            await thread.aclose()
        if self._loading:
            await asyncio.wait([self._loading])

    async def _load(self, timeout_s: float) -> tuple[T, OneThread]:
        self._check()
        if self._thread and self._thread.broken:
            self._thread = self._loaded = None
            self._restarts += 1
        if self._restarts > _MOST_RESTARTS:
            raise EngineUnavailable(
                f"The {self._what} hangs again and again.", "Choose a smaller model."
            )
        thread = self._thread = self._thread or OneThread(self._name)
        try:
            model = await thread.run(self._make, timeout_s=timeout_s, urgent=True)
        except Hung:
            self._on_hang()
            raise
        self._check()
        self._loaded = model, thread
        return self._loaded

    def _check(self) -> None:
        if self._closed:
            raise EngineUnavailable(f"The {self._what} was closed.", "Open it again.")


def _seen(task: "asyncio.Task[tuple[T, OneThread]]") -> None:
    """Where nobody waits any more, an error is nobody's."""
    if not task.cancelled():
        task.exception()

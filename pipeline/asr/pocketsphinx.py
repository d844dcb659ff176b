"""Pocketsphinx: English words on any machine, decoded in processes beside the loop."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from importlib.util import find_spec
from types import TracebackType

from domain.engines import EngineInfo, Health
from domain.errors import EngineError, EngineUnavailable, MissingError
from domain.ports import RecognitionRequest
from domain.speech import Hypothesis, Word
from pipeline.asr.workers import Worker, WorkerSource

log = logging.getLogger(__name__)

_TRIES = 3
"""Workers that may die over one utterance before it is given up."""


class Pocketsphinx:
    """One worker process per track, forked from one that holds the models.

    `idle_workers` finished ones are kept, each used to the voice of its track.
    """

    def __init__(self, idle_workers: int = 4) -> None:
        self.info = EngineInfo(
            name="pocketsphinx",
            languages=frozenset({"en"}),
            needs=("Python package pocketsphinx",),
        )
        self._source = WorkerSource()
        self._idle: dict[str, Worker] = {}
        self._idle_limit = idle_workers

    async def health(self) -> Health:
        """Whether it works here; starts the process that holds the models."""
        if find_spec("pocketsphinx") is None:
            return Health(False, "pocketsphinx is not installed", "pip install pocketsphinx")
        try:
            await self._source.ready()
        except EngineError as error:
            return Health(False, error.message, error.remedy)
        return Health(True, "pocketsphinx with its bundled English model")

    async def open(self, request: RecognitionRequest) -> "PocketsphinxStream":
        """Begins an utterance. Raises EngineError."""
        if find_spec("pocketsphinx") is None:
            raise MissingError("pocketsphinx is not installed.", "pip install pocketsphinx")
        stream = PocketsphinxStream(self, request.track)
        await stream.begin()
        return stream

    async def aclose(self) -> None:
        """Ends all processes."""
        for worker in self._idle.values():
            await worker.aclose()
        self._idle.clear()
        await self._source.aclose()

    async def __aenter__(self) -> "Pocketsphinx":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def pids(self) -> Sequence[int]:
        """Processes at work: the one with the models, then the idle workers."""
        return [*self._source.pids(), *(worker.pid for worker in self._idle.values())]

    async def take(self, track: str) -> Worker:
        """The track's own worker, or a new one."""
        return self._idle.pop(track, None) or await self._source.worker()

    async def give_back(self, track: str, worker: Worker) -> None:
        """Keeps a worker for the track's next utterance, or ends it."""
        if track in self._idle or not worker.in_step:
            await worker.aclose()
            return
        self._idle[track] = worker
        if len(self._idle) > self._idle_limit:
            await self._idle.pop(next(iter(self._idle))).aclose()


class PocketsphinxStream:
    """One utterance. A worker that dies is replaced and hears it all again."""

    def __init__(self, engine: Pocketsphinx, track: str) -> None:
        self._engine = engine
        self._track = track
        self._worker: Worker | None = None
        self._sound = bytearray()
        self._tries = 0

    @property
    def pid(self) -> int | None:
        """The worker process."""
        return self._worker.pid if self._worker else None

    async def begin(self) -> None:
        """Takes a worker. Raises EngineError."""
        await self._ask(b"o", b"")

    async def feed(self, pcm: bytes) -> Hypothesis | None:
        """Hears more sound; the words so far, none of them vouched for."""
        words = await self._ask(b"s", pcm)
        self._sound += pcm
        return Hypothesis(words, "en")

    async def finish(self) -> Hypothesis:
        """The final hypothesis."""
        words = await self._ask(b"f", b"")
        return Hypothesis(words, "en", final=True, stable=len(words))

    async def aclose(self) -> None:
        """Gives the worker back."""
        worker, self._worker = self._worker, None
        if worker:
            await self._engine.give_back(self._track, worker)

    async def _ask(self, command: bytes, payload: bytes) -> tuple[Word, ...]:
        while True:
            try:
                worker = self._worker or await self._replace(command)
                return tuple(Word(*fields) for fields in await worker.ask(command, payload))
            except (ConnectionError, asyncio.IncompleteReadError, TimeoutError) as error:
                await self._bury(error)

    async def _replace(self, command: bytes) -> Worker:
        self._worker = worker = await self._engine.take(self._track)
        if command != b"o":
            await worker.ask(b"o", b"")
            if self._sound:
                await worker.ask(b"s", bytes(self._sound))
        return worker

    async def _bury(self, error: Exception) -> None:
        log.warning("A pocketsphinx worker died (%s); the utterance is heard again", type(error))
        worker, self._worker = self._worker, None
        if worker:
            with contextlib.suppress(OSError):
                await worker.aclose()
        self._tries += 1
        if self._tries > _TRIES:
            raise EngineUnavailable(
                "pocketsphinx keeps dying.", "See the log; free memory may have run out."
            ) from error

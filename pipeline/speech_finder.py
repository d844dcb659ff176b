"""Finding speech in one track: the engine is made anew when it fails, and given up for loudness."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from domain.clock import Clock
from domain.events import Event, Notice
from domain.ports import Vad
from pipeline.asr.one_thread import OneThread
from pipeline.vad.energy import EnergyVad
from pipeline.windows import Window

log = logging.getLogger(__name__)

T = TypeVar("T")

_MOST_FAULTS = 2
"""Faults of an engine on a track, from which on loudness tells speech."""
_MOST_WAITING = 1_000
_ANSWER_S = 10.0


class VadThread:
    """One thread for the voice activity of all tracks; one that hangs is replaced."""

    def __init__(self) -> None:
        self._thread = self._new()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns. Raises EngineError where it fails or does not end in time."""
        if self._thread.broken:
            self._thread = self._new()
        return await self._thread.run(work, timeout_s=_ANSWER_S, urgent=True)

    async def aclose(self) -> None:
        """Drops what waits; what hangs is left behind."""
        await self._thread.aclose(timeout_s=0.5)

    def _new(self) -> OneThread:
        return OneThread("vad", _MOST_WAITING, "search for speech")


class SpeechFinder:
    """Speech probabilities of one track; no fault of the engine loses a window."""

    def __init__(
        self,
        thread: VadThread,
        new_vad: Callable[[], Vad],
        clock: Clock,
        notify: Callable[[Event], None],
    ) -> None:
        self._thread = thread
        self._new_vad = new_vad
        self._clock = clock
        self._notify = notify
        self._vad: Vad | None = None
        self._faults = 0

    async def chances(self, windows: Sequence[Window]) -> list[float]:
        """How likely each window is speech. Raises what even loudness fails with."""
        while True:
            try:
                return await self._thread.run(lambda: self._heard(windows))
            except Exception as error:
                self._vad = None
                self._faults += 1
                if self._faults > _MOST_FAULTS:
                    raise
                self._tell(error)

    def _heard(self, windows: Sequence[Window]) -> list[float]:
        vad = self._vad or (EnergyVad() if self._faults >= _MOST_FAULTS else self._new_vad())
        chances = [vad.probability(window.pcm) for window in windows]
        self._vad = vad
        return chances

    def _tell(self, error: Exception) -> None:
        if self._faults == 1:
            log.warning("The search for speech failed on a track: %s", type(error).__name__)
        then = (
            "It begins anew." if self._faults < _MOST_FAULTS else "Loudness tells it from now on."
        )
        self._notify(Notice("vad", f"The search for speech failed. {then}", self._clock.now_s()))

"""Which Whisper model keeps up on this machine, and how often it may be asked."""

import json
import logging
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from domain.errors import EngineError
from pipeline.asr.whisper_files import COST, Found

log = logging.getLogger(__name__)

STEPS_S = (1.0, 1.5, 2.0, 3.0)
LOAD = 0.7
"""Share of the time that recognition may take: the rest is for what comes in bursts."""
UTTERANCE_S = 6.0
_LIVELY_S = 2.0
"""A larger model is not worth drafts that are rarer than this."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a model can do here."""

    window_s: float
    step_s: float | None
    """Least sound between drafts; 0 where only finished utterances are affordable; None where
    not even they are."""
    speakers: int

    @property
    def live_step_s(self) -> float:
        """The step to work with, come what may."""
        return self.step_s or 0.0

    @property
    def reason(self) -> str:
        """For people."""
        people = "one speaker" if self.speakers == 1 else f"{self.speakers} speakers at once"
        took = f"{self.window_s:.2f} s for a window"
        if self.step_s is None:
            return f"{took}, which does not keep up with {people}"
        if self.step_s == 0:
            return f"{took}: finished utterances only, for {people}"
        return f"{took}: drafts every {self.step_s:g} s, for {people}"


def pace(window_s: float, speakers: int) -> Pace:
    """The smallest step at which a model keeps up with so many speakers."""
    for step_s in STEPS_S:
        if speakers * window_s * (1 / step_s + 1 / UTTERANCE_S) <= LOAD:
            return Pace(window_s, step_s, speakers)
    finals = speakers * window_s / UTTERANCE_S <= LOAD
    return Pace(window_s, 0.0 if finals else None, speakers)


def speakers_expected() -> int:
    """How many may speak at once: two, on small machines one, as on most calls most are mute."""
    return 1 if (os.cpu_count() or 1) <= 2 else 2


class SpeedBook:
    """Measured seconds per window by machine and model, in a file or in memory only."""

    def __init__(self, path: Path | None, use: str) -> None:
        self._path = path
        self._machine = f"{_processor()} x{os.cpu_count()} {use}"

    def get(self, model: str) -> float | None:
        """What was measured here before."""
        value = self._read().get(self._key(model))
        return float(value) if isinstance(value, int | float) and value > 0 else None

    def put(self, model: str, window_s: float) -> None:
        """Keeps a figure; a file that cannot be written costs another measurement."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            told = {**self._read(), self._key(model): round(window_s, 4)}
            part = self._path.with_suffix(f".{os.getpid()}.part")
            part.write_text(json.dumps(told, indent=1, sort_keys=True), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            log.info("Measured speeds cannot be kept: %s", type(error).__name__)

    def _key(self, model: str) -> str:
        return f"{self._machine}: {model}"

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8")) if self._path else {}
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


class Timed(Protocol):
    """A model that can be measured."""

    def window_s(self, short_window: bool = False) -> float: ...


M = TypeVar("M", bound=Timed)


class ModelChooser(Generic[M]):
    """Measures models from the cheapest up and takes the largest that keeps up.

    No further model is loaded once `budget_s` has passed; known speeds cost nothing.
    """

    def __init__(
        self,
        load: Callable[[Path], M],
        book: SpeedBook,
        *,
        speakers: int,
        short_window: bool = False,
        budget_s: float = 12.0,
    ) -> None:
        self._load = load
        self._book = book
        self._speakers = speakers
        self._short = short_window
        self._budget_s = budget_s

    def choose(self, candidates: Sequence[Found]) -> tuple[M, Found, Pace]:
        """A loaded model with its folder and pace. Raises EngineError where none can be loaded."""
        began = time.monotonic()
        best: tuple[M, Found, Pace] | None = None
        failed: EngineError | None = None
        for found in self._worth(candidates):
            if best and (
                time.monotonic() - began > self._budget_s or not self._promises(best, found)
            ):
                break
            try:
                tried = self._try(found)
            except EngineError as error:
                failed = error
                continue
            if best and not _lively(tried[2]):
                break
            best = tried
        if best is None:
            raise failed or EngineError("No Whisper model is here.")
        return best

    def _try(self, found: Found) -> tuple[M, Found, Pace]:
        assert found.folder is not None
        model = self._load(found.folder)
        known = self._book.get(self._name(found))
        if known is None:
            known = model.window_s(self._short)
            self._book.put(self._name(found), known)
        return model, found, pace(known, self._speakers)

    def _worth(self, candidates: Sequence[Found]) -> Sequence[Found]:
        """With speeds that are known from before, the best alone, followed by nothing."""
        known = [(each, self._book.get(self._name(each))) for each in candidates]
        if len(candidates) < 2 or any(speed is None for _, speed in known):
            return candidates
        lively = [each for each, speed in known if speed and _lively(pace(speed, self._speakers))]
        return [lively[-1] if lively else candidates[0]]

    def _promises(self, best: tuple[M, Found, Pace], found: Found) -> bool:
        """A larger model would keep up, by what the smaller one takes."""
        speed = self._book.get(self._name(found))
        if speed is None:
            speed = best[2].window_s * COST.get(found.name, 1) / COST.get(best[1].name, 1)
        return _lively(pace(speed, self._speakers))

    def _name(self, found: Found) -> str:
        return f"{found.name} {found.folder} {'short' if self._short else 'padded'}"


def _lively(found: Pace) -> bool:
    return bool(found.step_s) and found.live_step_s <= _LIVELY_S


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()

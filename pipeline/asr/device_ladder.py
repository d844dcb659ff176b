"""On which device a model runs: the best that works, and none again that hung."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.errors import EngineError

log = logging.getLogger(__name__)

T = TypeVar("T")

LADDER = ("NPU", "GPU", "CPU")


@dataclass(frozen=True, slots=True)
class Climbed(Generic[T]):
    """What was reached."""

    model: T
    device: str
    steps: tuple[str, ...]
    """What became of each device, for people."""


@dataclass(slots=True)
class _Attempt:
    device: str = ""
    lower: bool = False
    """A lower device is here."""
    over: bool = False


class DeviceLadder(Generic[T]):
    """Tries devices from the best down, or the one that is `wanted`.

    One that hung is left out from then on where a lower one is here.
    """

    def __init__(self, wanted: str) -> None:
        self.forced = wanted not in ("", "auto")
        self._wanted = (wanted.upper(),) if self.forced else LADDER
        self._hung: set[str] = set()
        self._attempt = _Attempt()

    @property
    def left(self) -> bool:
        """Another device is left after the one that was tried last."""
        return self._attempt.lower

    def hung(self, device: str = "") -> None:
        """A device gave no answer: the one that is named, or the one being tried."""
        if not device:
            self._attempt.over = True
        self._hung.add(device or self._attempt.device)

    def climb(self, present: Sequence[str], load: Callable[[str], T]) -> Climbed[T]:
        """The model on the first device where `load` succeeds; blocks. Raises EngineError."""
        attempt = self._attempt = _Attempt()
        steps: list[str] = []
        here = [(wanted, _of_kind(wanted, present)) for wanted in self._wanted]
        for place, (wanted, device) in enumerate(here):
            lower = any(other for _, other in here[place + 1 :])
            if not device:
                steps.append(f"no {wanted} here")
                continue
            if device in self._hung and lower:
                steps.append(f"{device} hung")
                continue
            attempt.device, attempt.lower = device, lower
            try:
                model = load(device)
            except Exception as error:
                log.warning("The model does not work on %s: %s", device, type(error).__name__)
                steps.append(f"{device} failed ({_short(error)})")
                if attempt.over:
                    break
                continue
            log.info("The model runs on %s", device)
            return Climbed(model, device, (*steps, f"runs on {device}"))
        raise EngineError(f"The model works on no device: {'; '.join(steps)}.")


def _of_kind(wanted: str, present: Sequence[str]) -> str:
    if wanted in present:
        return wanted
    return next((each for each in present if each.split(".")[0] == wanted), "")


def _short(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[-1][:120]}" if lines else type(error).__name__

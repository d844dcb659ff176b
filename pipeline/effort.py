"""How much effort recognition takes: less in named steps while it falls behind, and back again."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.clock import Clock
from domain.events import Degraded, Event, Notice


class Step(StrEnum):
    """From full effort to the least."""

    FULL = "full"
    LARGER = "larger_step"
    """Drafts come more seldom."""
    FINALS = "finals_only"
    """An utterance is recognised once, when it is over."""
    SMALLER = "smaller_model"
    CAPTIONS = "captions_only"
    """New utterances are left to Meet's captions; those begun are recognised to their end."""


_LEVEL = {Step.FULL: 0, Step.LARGER: 1, Step.FINALS: 2, Step.SMALLER: 3, Step.CAPTIONS: 3}
_WORDS = {
    Step.LARGER: "words appear in larger steps",
    Step.FINALS: "words appear when an utterance is over",
    Step.SMALLER: "a smaller model recognises",
    Step.CAPTIONS: "new words come from Meet's captions",
}


@runtime_checkable
class OffersSmaller(Protocol):
    """A recogniser that has a smaller model at hand."""

    def use_smaller(self, on: bool) -> None:
        """From the next utterance on; returns at once."""
        ...


@dataclass(frozen=True, slots=True)
class EffortRules:
    """When to take a step. Times are seconds."""

    high_waiting_s: float = 2.5
    low_waiting_s: float = 1.0
    high_ratio: float = 1.0
    """Recognition time per second of sound."""
    low_ratio: float = 0.7
    window_s: float = 10.0
    """The ratio is that of the last so many seconds, once 3 s of sound were recognised in them."""
    down_after_s: float = 2.0
    """Least time between two steps down."""
    up_after_s: float = 8.0
    """Calm that it takes for a step up; twice as long after each that did not hold."""
    longest_up_after_s: float = 64.0
    held_s: float = 30.0
    """A step up that lasted this long has held."""
    larger_step_s: float = 1.0


_LEAST_SOUND_S = 3.0


class Effort:
    """Shared by the tracks of a meeting; told of waiting sound and time spent, asked for both.

    `captions_on` tells whether Meet's captions could serve; `smaller` is a recogniser that
    offers a smaller model, if it does. `notify` gets a Degraded and a Notice at each step.
    """

    def __init__(
        self,
        clock: Clock,
        notify: Callable[[Event], None],
        *,
        rules: EffortRules | None = None,
        captions_on: Callable[[], bool] = lambda: False,
        smaller: object = None,
    ) -> None:
        self.step = Step.FULL
        self._clock = clock
        self._notify = notify
        self._rules = rules or EffortRules()
        self._captions_on = captions_on
        self._smaller = smaller if isinstance(smaller, OffersSmaller) else None
        self._waiting: dict[str, float] = {}
        self._spent: dict[str, deque[tuple[float, float, float]]] = {}
        self._calm_since_s: float | None = None
        self._stepped_s = float("-inf")
        self._rose_s = float("-inf")
        self._up_after_s = self._rules.up_after_s
        self._left: list[tuple[float, float]] = []

    @property
    def level(self) -> int:
        """0 is full effort, 3 the least."""
        return _LEVEL[self.step]

    def step_s(self, full_s: float) -> float:
        """Sound that goes to the recogniser at once, `full_s` at full effort."""
        if self.step is Step.FULL:
            return full_s
        return max(full_s, self._rules.larger_step_s) if self.step is Step.LARGER else float("inf")

    def left_to_captions(self, at_s: float) -> bool:
        """Whether speech that begins at a moment is left to Meet's captions."""
        return any(from_s <= at_s < to_s for from_s, to_s in self._left)

    def border(self, after_s: float, until_s: float) -> float | None:
        """The first moment between two at which words change between sound and captions."""
        moments = [at_s for span in self._left for at_s in span if after_s < at_s < until_s]
        return min(moments, default=None)

    def waiting(self, track: str, seconds: float) -> None:
        """So much sound of a track waits to be heard; looks whether a step is due."""
        self._waiting[track] = seconds
        self.look()

    def spent(self, track: str, seconds: float, sound_s: float) -> None:
        """Recognition took so long for so much sound."""
        self._spent.setdefault(track, deque()).append((self._clock.now_s(), seconds, sound_s))

    def look(self) -> None:
        """Takes the step that is due, if one is: one at a time."""
        now_s = self._clock.now_s()
        waiting_s = max(self._waiting.values(), default=0.0)
        ratio = max((self._ratio(track, now_s) for track in self._spent), default=0.0)
        rules = self._rules
        if self.step is Step.CAPTIONS and not self._captions_on():
            self._take(Step.FINALS, "Meet's captions have stopped", now_s)
        elif waiting_s >= rules.high_waiting_s or ratio >= rules.high_ratio:
            self._calm_since_s = None
            self._down(waiting_s, ratio, now_s)
        elif waiting_s > rules.low_waiting_s or ratio > rules.low_ratio:
            self._calm_since_s = None
        else:
            self._up(now_s)

    def _down(self, waiting_s: float, ratio: float, now_s: float) -> None:
        below = self._below()
        if below is None or now_s - self._stepped_s < self._rules.down_after_s:
            return
        longest_s = self._rules.longest_up_after_s
        if now_s - self._rose_s < self._rules.held_s:
            self._up_after_s = min(2 * self._up_after_s, longest_s)
        else:
            self._up_after_s = self._rules.up_after_s
        behind = waiting_s >= self._rules.high_waiting_s
        told = f"{waiting_s:.1f} s behind the sound" if behind else "slower than the sound"
        if not behind:
            told += f" ({ratio:.1f} s for each second)"
        self._take(below, told, now_s)

    def _up(self, now_s: float) -> None:
        if self._calm_since_s is None:
            self._calm_since_s = now_s
        since_s = max(self._calm_since_s, self._stepped_s)
        if self.step is Step.FULL or now_s - since_s < self._up_after_s:
            return
        self._rose_s = now_s
        above = {Step.LARGER: Step.FULL, Step.FINALS: Step.LARGER}.get(self.step, Step.FINALS)
        self._take(above, "keeps up again", now_s)

    def _below(self) -> Step | None:
        if self.step is Step.FULL:
            return Step.LARGER
        if self.step is Step.LARGER:
            return Step.FINALS
        if self.step is Step.FINALS and self._captions_on():
            return Step.CAPTIONS
        return Step.SMALLER if self.step is Step.FINALS and self._smaller else None

    def _take(self, step: Step, reason: str, now_s: float) -> None:
        down = _LEVEL[step] > self.level
        if self.step is Step.CAPTIONS:
            self._left[-1] = (self._left[-1][0], now_s)
        if step is Step.CAPTIONS:
            self._left = [*self._left[-20:], (now_s, float("inf"))]
        if self._smaller and Step.SMALLER in (step, self.step):
            self._smaller.use_smaller(step is Step.SMALLER)
        self.step = step
        self._stepped_s = now_s
        then = _WORDS.get(step, "words appear as they are spoken")
        text = f"Recognition is {reason}; {then}." if down else f"Recognition {reason}; {then}."
        if reason.startswith("Meet"):
            text = f"{reason}; {then}."
        self._notify(Degraded(self.level, step.value, reason, now_s))
        self._notify(Notice("falling_behind" if down else "caught_up", text, now_s))

    def _ratio(self, track: str, now_s: float) -> float:
        spent = self._spent[track]
        while spent and spent[0][0] < now_s - self._rules.window_s:
            spent.popleft()
        sound_s = sum(sound_s for _, _, sound_s in spent)
        return sum(s for _, s, _ in spent) / sound_s if sound_s >= _LEAST_SOUND_S else 0.0

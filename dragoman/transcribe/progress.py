"""How far a recording was heard, on the terminal."""

from types import TracebackType
from typing import Self

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from dragoman import console

_EVERY_S = 60.0
"""Without a known length, a line is told after so much sound."""


class HeardBar:
    """A bar on a terminal, else a line at every tenth. A context manager, called with seconds."""

    def __init__(self, name: str, length_s: float | None) -> None:
        self._name = name
        self._length_s = length_s if length_s and length_s > 0 else None
        self._told = 0
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if console.is_terminal():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TextColumn("{task.completed:.0f} s"),
                TimeRemainingColumn(),
            )
            self._bar.start()
            self._bar.add_task(escape(self._name), total=self._length_s)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, at_s: float) -> None:
        """So much was heard."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=at_s)
            return
        line = self._line(at_s)
        if line:
            console.say(line)

    def _line(self, at_s: float) -> str:
        if self._length_s is None:
            step = int(at_s / _EVERY_S)
            text = f"{self._name}: {at_s:.0f} s"
        else:
            step = min(10, int(10 * at_s / self._length_s))
            text = f"{self._name}: {step * 10} % ({at_s:.0f} s)"
        if step <= self._told:
            return ""
        self._told = step
        return text

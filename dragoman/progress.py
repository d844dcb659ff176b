"""How far long work is, on the terminal: a bar where a person watches, else now and then a line."""

from types import TracebackType
from typing import Any, Self

from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from domain.text import clean
from dragoman import console

_EVERY_S = 60.0
"""Without a known length, a line is told after so much sound."""


class _Bar:
    """A context manager. `_drawn` is None where nobody watches."""

    def __init__(self, name: str, total: float | None, *columns: ProgressColumn) -> None:
        self._name = name
        self._total = total
        self._columns = columns
        self._told = 0
        self._drawn: Progress | None = None

    def __enter__(self) -> Self:
        if console.is_terminal():
            self._drawn = Progress(TextColumn("{task.description}"), *self._columns)
            self._drawn.start()
            self._drawn.add_task(escape(self._name), total=self._total, line="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._drawn is not None:
            self._drawn.stop()

    def _draw(self, **news: Any) -> bool:
        """Whether there is a bar, which then shows the news."""
        if self._drawn is None:
            return False
        self._drawn.update(self._drawn.task_ids[0], **news)
        return True

    def _step(self, step: int, line: str) -> None:
        """Tells a line where the work has come to a further step."""
        if step > self._told:
            self._told = step
            console.say(line)


class DownloadBar(_Bar):
    """Of a download; called with bytes that came."""

    def __init__(self, name: str, size: int) -> None:
        self._size = max(size, 1)
        self._done = 0
        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        super().__init__(name, self._size, *columns)

    def __call__(self, count: int) -> None:
        """So many bytes more."""
        self._done += count
        if not self._draw(completed=self._done):
            tenths = min(10, 10 * self._done // self._size)
            self._step(tenths, f"{self._name}: {tenths * 10} % ({self._done / 1e6:.0f} MB)")


class StartBar(_Bar):
    """Of a server that starts; called with the last line that it wrote."""

    def __init__(self, name: str) -> None:
        self._last = ""
        line = TextColumn("{task.fields[line]}")
        super().__init__(name, None, BarColumn(bar_width=12), TimeElapsedColumn(), line)

    def __call__(self, line: str) -> None:
        """What the server wrote last."""
        line = clean(line, 100)
        if line == self._last:
            return
        self._last = line
        if not self._draw(line=escape(line)) and line:
            console.say(f"  {line}", style="dim")


class HeardBar(_Bar):
    """Of a recording that is heard; called with the second that was reached."""

    def __init__(self, name: str, length_s: float | None) -> None:
        self._length_s = length_s if length_s and length_s > 0 else None
        seconds = TextColumn("{task.completed:.0f} s")
        columns = (BarColumn(), TaskProgressColumn(), seconds, TimeRemainingColumn())
        super().__init__(name, self._length_s, *columns)

    def __call__(self, at_s: float) -> None:
        """So much was heard."""
        if self._draw(completed=at_s):
            return
        if self._length_s is None:
            self._step(int(at_s / _EVERY_S), f"{self._name}: {at_s:.0f} s")
        else:
            tenths = min(10, int(10 * at_s / self._length_s))
            self._step(tenths, f"{self._name}: {tenths * 10} % ({at_s:.0f} s)")

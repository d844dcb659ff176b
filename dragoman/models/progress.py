"""How far a download has come, and what a starting server says, on the terminal."""

from types import TracebackType
from typing import Self

from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from domain.text import clean
from dragoman import console


class DownloadBar:
    """A bar on a terminal, else a line at every tenth. A context manager, called with bytes."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = max(size, 1)
        self._done = 0
        self._told = 0
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if console.is_terminal():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
            )
            self._bar.start()
            self._bar.add_task(escape(self._name), total=self._size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, count: int) -> None:
        """So many bytes more."""
        self._done += count
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
            return
        tenths = min(10, 10 * self._done // self._size)
        if tenths > self._told:
            self._told = tenths
            console.say(f"{self._name}: {tenths * 10} % ({self._done / 1e6:.0f} MB)")


class StartBar:
    """A moving bar with the server's last line; elsewhere each new line. A context manager."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._last = ""
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if console.is_terminal():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=12),
                TimeElapsedColumn(),
                TextColumn("{task.fields[line]}"),
            )
            self._bar.start()
            self._bar.add_task(escape(self._name), total=None, line="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, line: str) -> None:
        """What the server wrote last."""
        line = clean(line, 100)
        if line == self._last:
            return
        self._last = line
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], line=escape(line))
        elif line:
            console.say(f"  {line}", style="dim")

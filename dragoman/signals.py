"""Ctrl-C and SIGTERM for a process that has a meeting to leave."""

import asyncio
import signal
from collections.abc import Callable
from typing import Self

from domain.meetings import Reason

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """A context manager for the task that enters it.

    The first signal sets `asked` and calls `leave`; before there is somebody who can leave,
    and at every further signal, it cancels the task, whose clean-up then runs.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.leave: Callable[[Reason], None] | None = None
        self._task = asyncio.current_task()
        self._cancelled = 0

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    def forgive(self) -> None:
        """Takes the cancellations of this object back, after they have done their work."""
        assert self._task is not None
        while self._cancelled:
            self._cancelled -= 1
            self._task.uncancel()

    def _handle(self) -> None:
        first = not self.asked.is_set()
        self.asked.set()
        if first and self.leave is not None:
            self.leave(Reason.STOPPED)
        elif self._task is not None:
            self._cancelled += 1
            self._task.cancel()

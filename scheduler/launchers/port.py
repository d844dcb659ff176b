"""What starts bots: one process per meeting."""

from collections.abc import Sequence
from typing import Protocol


class Bot(Protocol):
    """One running bot."""

    meeting_id: str

    def alive(self) -> bool:
        """Whether the process runs."""
        ...

    async def wait(self) -> int:
        """Its exit code, once it has ended; negative is the signal that killed it."""
        ...

    async def stop(self, deadline_s: float = 20.0) -> int:
        """Asks it to leave, kills it after a deadline; its exit code. Again is no error."""
        ...


class Launcher(Protocol):
    """Starts bots. An async context manager: at its end no bot of its own runs on."""

    async def launch(self, meeting_id: str, arguments: Sequence[str] = ()) -> Bot:
        """Starts the bot of a meeting, or gives the one that runs for it already.

        Raises UsageError for an id that is no plain name, MissingError where the program
        is not there, DragomanError where the machine starts none.
        """
        ...

    def running(self) -> Sequence[Bot]:
        """The bots that run now, oldest first."""
        ...

    async def aclose(self) -> None:
        """Stops every bot."""
        ...

"""Bots as processes of this machine, each in a group of its own."""

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from domain.errors import DragomanError, MissingError, StorageError
from scheduler.launchers.names import plain_id

log = logging.getLogger(__name__)


class LocalBot:
    """The Bot port on a process that leads its own group and session."""

    def __init__(self, meeting_id: str, process: asyncio.subprocess.Process, log_file: Path):
        self.meeting_id = meeting_id
        self.log_file = log_file
        self._process = process
        self._swept = False

    @property
    def pid(self) -> int:
        """The process id, which is the group's too."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Its exit code; what it left behind in its group is killed."""
        code = await self._process.wait()
        self._sweep()
        return code

    async def stop(self, deadline_s: float = 20.0) -> int:
        """SIGTERM to the bot, SIGKILL to its whole group after the deadline."""
        if self.alive():
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(deadline_s):
                return await self.wait()
        except TimeoutError:
            log.warning("a bot did not leave in time and is killed")
        finally:
            self._sweep()
        return await self.wait()

    def _sweep(self) -> None:
        """Kills the group, once: later its number may be somebody else's."""
        if not self._swept:
            self._swept = True
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


class LocalLauncher:
    """The Launcher port on this machine.

    `prefix` is the command up to the meeting's id, such as
    (sys.executable, "-m", "dragoman", "bot"); what a bot prints goes to MEETING_ID/process.log in
    the folder `meetings`: it goes with its meeting. `deadline_s` is what every bot has to leave
    when the launcher ends.
    """

    def __init__(self, prefix: Sequence[str], meetings: Path, deadline_s: float = 20.0) -> None:
        self._prefix = tuple(prefix)
        self._meetings = meetings
        self._deadline_s = deadline_s
        self._bots: dict[str, LocalBot] = {}
        self._one_at_a_time = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def launch(self, meeting_id: str, arguments: Sequence[str] = ()) -> LocalBot:
        """Starts a bot process, or gives the one that runs for the meeting already."""
        plain_id(meeting_id)
        async with self._one_at_a_time:
            known = self._bots.get(meeting_id)
            if known is not None and known.alive():
                return known
            bot = await self._start(meeting_id, arguments)
            self._bots[meeting_id] = bot
            return bot

    def running(self) -> Sequence[LocalBot]:
        """The bots that run now, oldest first."""
        return [bot for bot in self._bots.values() if bot.alive()]

    async def aclose(self) -> None:
        """Stops every bot; one that does not leave, or whose time is cut short, is killed."""
        async with asyncio.TaskGroup() as group:
            for bot in self._bots.values():
                group.create_task(bot.stop(self._deadline_s))

    async def _start(self, meeting_id: str, arguments: Sequence[str]) -> LocalBot:
        log_file = self._meetings / meeting_id / "process.log"
        descriptor = await asyncio.to_thread(_open_log, log_file)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._prefix,
                meeting_id,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise MissingError(
                f"The program {self._prefix[0]!r} is not there.", "Check the installation."
            ) from error
        except OSError as error:
            raise DragomanError(
                f"The bot's process cannot be started: {error.strerror}.",
                "Look for what uses up this machine's memory, processes or files.",
            ) from error
        finally:
            os.close(descriptor)
        log.info("started bot %s as process %d", meeting_id, process.pid)
        return LocalBot(meeting_id, process, log_file)


def _open_log(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(
            f"The log file cannot be opened: {error.strerror}.",
            f"Check that {path.parent} can be written to.",
        ) from error

"""A sound server of the bot's own, with one sink that nobody hears: what the page plays lands
there, and never on the machine's loudspeaker; the machine's microphone is not in it."""

import asyncio
import contextlib
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.leftovers import PROFILE, VARIABLE, mark
from domain.engines import Health

log = logging.getLogger(__name__)

PROGRAMS = ("pulseaudio", "parec", "pactl")
SINK = "dragoman"
RATE = 48_000
REMEDY = "Install them (apt install pulseaudio pulseaudio-utils)."
_START_S = 8.0
_POLL_S = 0.05
_IDLE_S = 15
"""The server ends by itself that long after its last client, so that none outlives a bot."""


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a browser is to play, and a recorder to listen."""

    server: str
    """As PULSE_SERVER wants it."""
    name: str = SINK

    @property
    def environment(self) -> dict[str, str]:
        """For programs that play there."""
        return {"PULSE_SERVER": self.server, "PULSE_SINK": self.name}


def nowhere(folder: Path) -> dict[str, str]:
    """The environment of a program that is to reach no sound server, the machine's least."""
    return {"PULSE_SERVER": f"unix:{folder / 'no-sound-server'}"}


def missing() -> list[str]:
    """The programs that a sink needs and that are not here."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def check() -> Health:
    """Whether a sink can be had here."""
    lacking = missing()
    if lacking:
        return Health(False, f"the sink path is missing: no {', '.join(lacking)}", REMEDY)
    return Health(True, "PulseAudio: each bot gets a sink of its own, the third path of sound")


class PulseServer:
    """Keeps one private server up; `sink` stays valid over a restart."""

    def __init__(self, folder: Path) -> None:
        self.sink = Sink(f"unix:{folder / 'native'}")
        self._folder = folder
        self._socket = folder / "native"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> bool:
        """Starts the server; whether it answers."""
        self._socket.unlink(missing_ok=True)
        home = str(self._folder)
        self._process = await asyncio.create_subprocess_exec(
            "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--system=no",
            "--high-priority=no", "--realtime=no", "--disable-shm=yes",
            f"--exit-idle-time={_IDLE_S}", "--log-target=stderr", "--log-level=error",
            "-L", f"module-native-protocol-unix socket={self._socket} auth-anonymous=1",
            "-L", f"module-null-sink sink_name={SINK} rate={RATE} channels=1 format=s16le",
            env={
                "PATH": os.defpath, VARIABLE: mark(), "HOME": home, "TMPDIR": home,
                "XDG_RUNTIME_DIR": home,
                "PULSE_RUNTIME_PATH": home, "PULSE_STATE_PATH": home, "LC_ALL": "C",
            },
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_S):
                while self.pid is not None:
                    if await asyncio.to_thread(_answers, self._socket):
                        return True
                    await asyncio.sleep(_POLL_S)
        return False

    async def restart(self) -> bool:
        """Starts it again; whether it answers. Where it does not, nothing of it is left."""
        try:
            answers = await self.start()
        except OSError as error:
            log.warning("the private sound server does not start: %s", error.strerror)
            return False
        if not answers:
            await self.stop()
        return answers

    async def ended(self) -> None:
        """Returns once the server is gone."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Ends the server."""
        process = self._process
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def private_server(wanted: bool = True) -> AsyncIterator[PulseServer | None]:
    """A running server, gone afterwards with its folder; None where it is not wanted or not to
    be had."""
    if not wanted or missing():
        yield None
        return
    prefix = f"{PROFILE}{mark()}-sound-"
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=prefix))
    server = PulseServer(folder)
    try:
        if await server.restart():
            yield server
        else:
            log.warning("the private sound server did not start")
            yield None
    finally:
        await server.stop()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True

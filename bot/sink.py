"""The third path: what the page plays into the private sink, read from outside the page."""

import asyncio
import logging
import os
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from statistics import median

from bot.endpoint import PageEndpoint
from bot.intake import Intake
from bot.leftovers import VARIABLE, mark
from bot.paths import SINK
from bot.protocol import AudioBlock
from bot.pulse import RATE, PulseServer, Sink

log = logging.getLogger(__name__)

_BLOCK = RATE // 50 * 2
"""20 ms, in bytes."""
_LATENCY_EVERY_S = 5.0
_MEASURED = 9
_BACK_OFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
_LATENCY = re.compile(r"(Buffer|Sink) Latency: (\d+) usec")
_MOST_LATENCY_S = 0.5

Take = Callable[[AudioBlock, float], None]
"""A block, and the monotonic second at which its last sample was played."""


class SinkReader:
    """Reads the sink for ever, starts its server again where that died, and takes what the
    server says of its buffers off the times."""

    def __init__(
        self, server: PulseServer, take: Take, revived: Callable[[], Awaitable[None]]
    ) -> None:
        self._latencies: deque[float] = deque(maxlen=_MEASURED)
        self._server = server
        self._take = take
        self._revived = revived
        self._sequence = 0

    @property
    def latency_s(self) -> float:
        """From the page's output to a block's arrival here: the median of the newest measures."""
        return median(self._latencies) if self._latencies else 0.0

    async def run(self) -> None:
        """Reads; for ever."""
        tries = 0
        while True:
            began = time.monotonic()
            try:
                async with asyncio.TaskGroup() as tasks:
                    asking = tasks.create_task(self._ask())
                    await self._record()
                    asking.cancel()
            except* OSError as error:
                log.warning("the private sink cannot be read: %s", error.exceptions[0])
            tries = 0 if time.monotonic() - began > 10 else min(tries + 1, len(_BACK_OFF_S) - 1)
            await asyncio.sleep(_BACK_OFF_S[tries])
            if self._server.pid is None:
                log.warning("the private sound server is gone and is started again")
                if await self._server.restart():
                    await self._revived()

    async def _record(self) -> None:
        process = await _program(
            self._server.sink,
            *("parec", "--raw", "-d", f"{self._server.sink.name}.monitor"),
            *("--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=20"),
        )
        assert process.stdout is not None
        try:
            while True:
                pcm = await process.stdout.readexactly(_BLOCK)
                at_s = time.monotonic() - self.latency_s
                self._sequence += 1
                self._take(AudioBlock(0, 0, self._sequence, at_s * 1000, RATE, pcm), at_s)
        except asyncio.IncompleteReadError:
            return
        finally:
            await _end(process)

    async def _ask(self) -> None:
        """Measures the way from the page's output to here, now and then."""
        while True:
            process = await _program(self._server.sink, "pactl", "list", "sink-inputs")
            try:
                async with asyncio.timeout(_LATENCY_EVERY_S):
                    told, _ = await process.communicate()
                found = latency_of(told.decode(errors="replace"))
                if found is not None:
                    self._latencies.append(found)
            except TimeoutError:
                log.debug("the sound server does not tell its latency")
            finally:
                await _end(process)
            await asyncio.sleep(_LATENCY_EVERY_S if len(self._latencies) == _MEASURED else 1.0)


def latency_of(told: str) -> float | None:
    """The way of a player's newest sample through its buffer and the sink, as pactl lists it;
    the shortest of all players. None where nobody plays."""
    found: list[float] = []
    for player in told.split("Sink Input #")[1:]:
        parts = {name: int(value) / 1e6 for name, value in _LATENCY.findall(player)}
        if parts:
            found.append(sum(parts.values()))
    return min(_MOST_LATENCY_S, min(found)) if found else None


async def _program(sink: Sink, *command: str) -> asyncio.subprocess.Process:
    environment = {"PATH": os.defpath, "LC_ALL": "C", VARIABLE: mark(), **sink.environment}
    return await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        start_new_session=True,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


async def read_sink(server: PulseServer, intake: Intake, endpoint: PageEndpoint) -> None:
    """Reads the sink into the intake, for ever."""

    def take(block: AudioBlock, played_monotonic_s: float) -> None:
        if intake.clock is None:
            return
        played_s = intake.clock.from_monotonic(played_monotonic_s)
        heard_s = intake.sound.feed_sink(block, played_s)
        if heard_s is not None:
            intake.last_heard_s = heard_s
        if intake.sound.path == SINK:
            intake.last_sound_s = played_s

    async def revived() -> None:
        intake.sound.gate.cause = "sound_server"
        text = "The sound server of the bot died and was started again."
        intake.notice("sound_server", text, intake.clock.now_s() if intake.clock else 0.0)
        await endpoint.send({"type": "revive"})

    await SinkReader(server, take, revived).run()

"""The stand-in as one object: a site, a meeting on it, and the peer that watches the bot."""

import asyncio
import errno
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from domain.errors import UsageError
from standin.journal import Journal
from standin.observer import Observer
from standin.performance import Performance
from standin.room import Room
from standin.script import Script
from standin.site import Site
from standin.voices import speak

_SHUTDOWN_S = 2.0


class StandIn:
    """Serves one scripted meeting while it is open.

    Entering speaks all lines ahead (cached in `voices_cache`) and raises UsageError where
    the port is taken and MissingError where a voice program is missing.
    """

    def __init__(
        self,
        script: Script,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        voices_cache: Path | None = None,
        record_to: Path | None = None,
    ) -> None:
        self.script, self.code = script, script.code
        self._host, self._port = host, port
        self._cache, self._record_to = voices_cache, record_to

    @property
    def url(self) -> str:
        """The site's base address."""
        return f"http://{self._host}:{self._port}"

    @property
    def link(self) -> str:
        """The meeting's address."""
        return f"{self.url}/{self.code}"

    @property
    def journal(self) -> Journal:
        """What really happened."""
        return self.room.journal

    async def __aenter__(self) -> Self:
        with tempfile.TemporaryDirectory(prefix="standin-voices-") as scratch:
            spoken = await speak(self.script, self._cache or Path(scratch))
        self.observer = Observer(self._record_to)
        try:
            self.room = Room(self.script, self.observer)
            self._performance = Performance(self.room, spoken)
            started = self._performance.started.set
            site = await asyncio.to_thread(Site, self.room, started)
            self._runner = await _open(site, self._host, self._port)
            self._port = int(self._runner.addresses[0][1])
        except BaseException:
            await self.observer.aclose()
            raise
        self._main = asyncio.create_task(self._performance.run(), name="stand-in")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._runner.cleanup()
            self._main.cancel()
            await asyncio.wait([self._main])
        finally:
            await self.observer.aclose()
        if not self._main.cancelled() and self._main.exception() is not None and error is None:
            await self._main

    async def ended(self) -> None:
        """Waits until the meeting is over, or the script has finished and the bot is gone."""
        while not self._performance.over:
            await self.room.changed.wait()

    async def admit(self) -> None:
        """Lets in whoever waits in the lobby."""
        self._decide("admitted")

    async def deny(self) -> None:
        """Refuses whoever waits in the lobby."""
        self._decide("denied")

    async def remove_bot(self) -> None:
        """Throws out every guest."""
        for guest in self.room.in_call():
            self.room.remove(guest)

    async def end_for_everyone(self) -> None:
        """The host ends the meeting."""
        self.room.end_for_everyone()

    async def cut_network(self, seconds: float) -> None:
        """For a while every line to the site is dead and no new one comes about."""
        self.room.network.cut(seconds)

    async def say_chat(self, sender: str, text: str) -> None:
        """Somebody else writes in the chat."""
        self.room.say_chat(sender, text)

    async def set_captions(self, on: bool) -> None:
        """A host's hand on everybody's captions."""
        self.room.set_captions(on)

    async def toggle_camera_off(self) -> None:
        """The page switches the bot's camera off."""
        for guest in self.room.in_call():
            guest.tell("camera_off")

    def _decide(self, verdict: str) -> None:
        for guest in self.room.guests:
            if guest.verdict and not guest.verdict.done():
                guest.verdict.set_result(verdict)


async def _open(site: Site, host: str, port: int) -> web.AppRunner:
    runner = web.AppRunner(site.app(), shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        if error.errno != errno.EADDRINUSE:
            raise
        raise UsageError(
            f"Port {port} is in use.", "Give another port, or 0 for any free one."
        ) from error
    return runner

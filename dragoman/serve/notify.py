"""Tells the service manager (systemd) that the server is up, alive and ending: sd_notify(3)."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

TOLD_S = 30.0
"""Without a watchdog the state is told so often."""


@asynccontextmanager
async def notified(
    address: str, watchdog_s: float, status: Callable[[], str]
) -> AsyncIterator[None]:
    """READY on entering, STOPPING on leaving, and between them signs of life from the event
    loop, three within each `watchdog_s` (0: nobody waits for them). Does nothing without an
    address."""
    if not address:
        yield
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.setblocking(False)

        def tell(text: str) -> None:
            try:
                manager.sendto(text.encode(), _path(address))
            except OSError as error:
                log.warning("the service manager takes no message: %s", type(error).__name__)

        async def live() -> None:
            while True:
                await asyncio.sleep(watchdog_s / 3 if watchdog_s else TOLD_S)
                tell(f"WATCHDOG=1\nSTATUS={status()}" if watchdog_s else f"STATUS={status()}")

        tell(f"READY=1\nSTATUS={status()}")
        try:
            async with asyncio.TaskGroup() as group:
                task = group.create_task(live())
                try:
                    yield
                finally:
                    task.cancel()
        finally:
            tell("STOPPING=1")


def _path(address: str) -> str:
    """A name in the abstract namespace is written with @ in front."""
    return "\0" + address[1:] if address.startswith("@") else address

"""An application served to this machine alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from domain.errors import UsageError


@asynccontextmanager
async def served(app: web.Application, port: int) -> AsyncIterator[int]:
    """Serves on 127.0.0.1; yields the port. Raises UsageError for a port in use."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError as error:
            raise UsageError(
                f"Port {port} of 127.0.0.1 is in use.", "Choose another with --port, or 0."
            ) from error
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()

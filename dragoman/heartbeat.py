"""A bot's sign of life in the database."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from domain.errors import StorageError
from storage.bots import Heartbeat, SqlBotStore

log = logging.getLogger(__name__)

BEAT_S = 15.0


@asynccontextmanager
async def heartbeats(
    meeting_id: str, store: SqlBotStore, every_s: float = BEAT_S
) -> AsyncIterator[None]:
    """Tells that this process attends the meeting, until the end. The database may be away."""
    began = datetime.now(UTC)

    async def beat() -> None:
        now = datetime.now(UTC)
        try:
            await store.beat(Heartbeat(meeting_id, socket.gethostname(), os.getpid(), began, now))
        except StorageError as error:
            log.warning("a heartbeat could not be stored: %s", type(error).__name__)

    async def go_on() -> None:
        while True:
            await asyncio.sleep(every_s)
            await beat()

    await beat()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(go_on())
        try:
            yield
        finally:
            task.cancel()
    try:
        await store.forget(meeting_id)
    except StorageError as error:
        log.warning("the end of the heartbeats could not be stored: %s", type(error).__name__)

"""The server's connections to the bots that run: their events, their pictures, their speech."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from types import TracebackType
from typing import Self

from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType
from yarl import URL

from domain.errors import UsageError
from dragoman.serve.channel import Channel, Numbered
from dragoman.serve.mjpeg import parts
from dragoman.serve.shared import Shared
from dragoman.serve.sound import Relay, fetch

log = logging.getLogger(__name__)

RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses between tries to reach a bot; the last one goes on."""
HEARD_S = 20.0
"""A bot that says nothing for so long is not reached any more."""
REMEMBERED_S = 30 * 60.0
"""A meeting that is over can be followed for so long."""
LARGEST = 4 * 1024 * 1024
"""Bytes of one message or picture."""


class BotLinks:
    """The LiveFeed port on the endpoints of running bots. An async context manager.

    `attach` follows a bot from now on, through restarts of its process at a new address;
    `detach` ends it. A meeting's messages are kept for 30 minutes after that.
    """

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._endpoints: dict[str, URL] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reached: set[str] = set()
        self._pictures: dict[str, Shared[bytes]] = {}
        self._relays: dict[tuple[str, str], Relay] = {}
        self._group = asyncio.TaskGroup()
        self._http: ClientSession

    async def __aenter__(self) -> Self:
        self._http = ClientSession(timeout=ClientTimeout(total=None, sock_connect=5))
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks.values():
            task.cancel()
        for shared in self._pictures.values():
            await shared.aclose()
        for relay in self._relays.values():
            await relay.aclose()
        try:
            await self._group.__aexit__(None, None, None)
        finally:
            await self._http.close()

    def attach(self, meeting_id: str, endpoint: str) -> None:
        """Follows the bot of a meeting at an address; again with the same one changes nothing."""
        address = URL(endpoint)
        if not address.host or self._endpoints.get(meeting_id) == address:
            return
        self.detach(meeting_id)
        self._endpoints[meeting_id] = address
        self._channels.setdefault(meeting_id, Channel())
        task = self._group.create_task(self._listen(meeting_id, address))
        self._tasks[meeting_id] = task

    def detach(self, meeting_id: str) -> None:
        """The bot is gone, or will be found at another address."""
        self._endpoints.pop(meeting_id, None)
        task = self._tasks.pop(meeting_id, None)
        if task is not None:
            task.cancel()
            loop = asyncio.get_running_loop()
            loop.call_later(REMEMBERED_S, self._forget, meeting_id)

    def _forget(self, meeting_id: str) -> None:
        if meeting_id not in self._endpoints:
            self._channels.pop(meeting_id, None)

    def running(self) -> Sequence[str]:
        """Ids of the meetings whose bots answer."""
        return [meeting_id for meeting_id in self._endpoints if meeting_id in self._reached]

    def follow(
        self, meeting_id: str, after: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[Numbered]]:
        """Numbered messages of a meeting. Raises UsageError for one that is not live."""
        channel = self._channels.get(meeting_id)
        if channel is None:
            raise UsageError("This meeting is not live.", "Its transcript can be read.")
        return channel.follow(after)

    async def pictures(self, meeting_id: str) -> AsyncIterator[bytes]:
        """The camera's pictures, fetched once for all who look."""
        shared = self._pictures.setdefault(
            meeting_id, Shared(lambda: self._fetch_pictures(meeting_id))
        )
        async for picture in shared.follow():
            yield picture

    async def sound(self, meeting_id: str, language: str) -> AsyncIterator[bytes]:
        """Translations as speech, fetched once per language; see `domain.serving.LiveFeed`."""
        address = self._endpoints.get(meeting_id)
        if address is None:
            raise UsageError("This meeting is not live.", "Its transcript can be read.")
        target = address.with_path("/live/listen").with_query(language=language)
        key = (meeting_id, str(target))
        if key not in self._relays:
            self._relays[key] = Relay(lambda: fetch(self._http, target, bearer(address)))
        relay = self._relays[key]
        try:
            async for piece in relay.follow():
                yield piece
        finally:
            if not relay.listeners:
                self._relays.pop(key, None)

    def channel(self, meeting_id: str) -> Channel | None:
        """The messages of a meeting that is live or was so lately."""
        return self._channels.get(meeting_id)

    def endpoint(self, meeting_id: str) -> URL | None:
        """Where the bot of a meeting is reached."""
        return self._endpoints.get(meeting_id)

    async def _listen(self, meeting_id: str, address: URL) -> None:
        tries = 0
        while True:
            with suppress(ClientError, TimeoutError, OSError, ValueError):
                await self._hear(meeting_id, address)
                tries = 0
            if meeting_id in self._reached:
                self._reached.discard(meeting_id)
                tries = 0
            await asyncio.sleep(RETRY_S[min(tries, len(RETRY_S) - 1)])
            tries += 1

    async def _hear(self, meeting_id: str, address: URL) -> None:
        channel = self._channels[meeting_id]
        async with self._http.ws_connect(
            address.with_query(None).with_path("/live/events"),
            headers=bearer(address),
            max_msg_size=LARGEST,
        ) as socket:
            self._reached.add(meeting_id)
            while True:
                message = await socket.receive(timeout=HEARD_S)
                if message.type is not WSMsgType.TEXT:
                    return
                told = json.loads(message.data)
                if isinstance(told, list):
                    channel.put(each for each in told if isinstance(each, dict))

    async def _fetch_pictures(self, meeting_id: str) -> AsyncIterator[bytes]:
        address = self._endpoints.get(meeting_id)
        if address is None:
            return
        camera = address.with_query(None).with_path("/live/camera")
        with suppress(ClientError, TimeoutError, OSError):
            async with self._http.get(camera, headers=bearer(address)) as answer:
                if answer.ok:
                    async for picture in parts(answer.content, LARGEST):
                        yield picture


def bearer(address: URL) -> dict[str, str]:
    """What shows a bot that we may ask."""
    return {"Authorization": f"Bearer {address.query.get('token', '')}"}

"""Speech for viewers: each chooses a language and hears it on their own device."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Sequence

from aiohttp import WSMsgType, web

from domain.languages import primary
from domain.voices import Speech
from web.access import Access, problem
from web.routes import Handler

log = logging.getLogger(__name__)

WAITING_S = 20.0
"""Speech that may wait for one listener; beyond it the oldest is dropped."""
PIECE = 16_000
"""Bytes of sound in one message."""
BEAT_S = 5.0
SEND_S = 20.0
"""A listener who takes nothing for so long is let go."""
MOST_LISTENERS = 200


class _Ear:
    """What waits for one listener."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.dropped = 0
        self._waiting: deque[Speech] = deque()
        self._news = asyncio.Event()

    def put(self, speech: Speech) -> None:
        self._waiting.append(speech)
        while len(self._waiting) > 1 and sum(s.length_s for s in self._waiting) > WAITING_S:
            self._waiting.popleft()
            self.dropped += 1
        self._news.set()

    async def take(self) -> Speech:
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


class SpeechFeed:
    """A SpeechSink for whoever listens. A slow listener loses sound, nobody else does."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.offered = tuple(languages)
        self._ears: set[_Ear] = set()

    def languages(self) -> frozenset[str]:
        """Languages that somebody listens to now."""
        return frozenset(ear.language for ear in self._ears)

    async def play(self, speech: Speech) -> None:
        """Takes speech for everybody who listens to its language; at once."""
        for ear in self._ears:
            if ear.language == speech.language:
                ear.put(speech)

    def open(self, language: str) -> _Ear:
        """Somebody begins to listen."""
        ear = _Ear(language)
        self._ears.add(ear)
        return ear

    def close(self, ear: _Ear) -> None:
        """Somebody stopped listening."""
        self._ears.discard(ear)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._ears)


class ListenRoutes:
    """Serves the socket GET /live/listen?language=es for holders of the token.

    Messages: JSON {"type": "speech", "caption", "rate", "samples"}, then binary pieces of
    PCM16 mono until all samples came; {"type": "beat"} in between.
    """

    def __init__(self, feed: SpeechFeed, access: Access) -> None:
        self._feed, self._access = feed, access

    def add_routes(self, app: web.Application, streaming: Callable[[Handler], Handler]) -> None:
        """Puts the route into an application; `streaming` ends it with the server."""
        handler = self._access.socket(streaming(self._listen))
        app.router.add_get("/live/listen", handler, allow_head=False)

    @property
    def offered(self) -> tuple[str, ...]:
        """The languages that can be listened to."""
        return self._feed.offered

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        language = primary(request.query.get("language", ""))
        if language not in self._feed.offered:
            known = ", ".join(self._feed.offered)
            return problem(404, "This language is not spoken here.", f"Spoken: {known}.")
        if self._feed.listeners >= MOST_LISTENERS:
            return problem(503, "Too many people listen.", "Try again later.")
        socket = web.WebSocketResponse(heartbeat=15.0, max_msg_size=1024)
        await socket.prepare(request)
        ear = self._feed.open(language)
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(_send(socket, ear))
                async for message in socket:
                    if message.type is not WSMsgType.TEXT:
                        break
                sending.cancel()
        finally:
            self._feed.close(ear)
        return socket


async def _send(socket: web.WebSocketResponse, ear: _Ear) -> None:
    while not socket.closed:
        speech: Speech | None = None
        try:
            async with asyncio.timeout(BEAT_S):
                speech = await ear.take()
        except TimeoutError:
            pass
        try:
            async with asyncio.timeout(SEND_S):
                await _deliver(socket, speech)
        except (ConnectionError, TimeoutError):
            log.debug("a listener went away or takes nothing")
            await socket.close()
            return


async def _deliver(socket: web.WebSocketResponse, speech: Speech | None) -> None:
    if speech is None:
        await socket.send_str('{"type": "beat"}')
        return
    head = {
        "type": "speech",
        "caption": speech.caption_id,
        "rate": speech.rate,
        "samples": len(speech.pcm) // 2,
    }
    await socket.send_str(json.dumps(head))
    for start in range(0, len(speech.pcm), PIECE):
        await socket.send_bytes(speech.pcm[start : start + PIECE])

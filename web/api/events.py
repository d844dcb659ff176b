"""A live meeting's events as a stream: Server-Sent Events, numbered, resumed where they broke."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from domain.meetings import ENDINGS
from domain.serving import Message
from web.api.call import Call
from web.api.meeting_models import EventsQuery
from web.api.models import Nothing
from web.api.problems import Flaw, Refuse

log = logging.getLogger(__name__)

BEAT_S = 15.0
"""A comment is sent after so long without an event, so that both ends see each other."""
SEND_S = 10.0
"""A follower that takes nothing for so long is let go."""
QUIET_S = 1.0
"""A meeting that is over is told to its end; after so long without an event, that was it."""

_HEADERS = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
_ENDINGS = frozenset(state.value for state in ENDINGS)
_END = b"event: end\ndata: {}\n\n"

Numbered = tuple[int, Message]


async def follow_events(call: Call[EventsQuery, Nothing]) -> web.StreamResponse:
    """Follows a live meeting as Server-Sent Events.

    Each event is a message of the live protocol with its number as id. After a break go on with
    the header Last-Event-ID or the parameter after: what happened meanwhile is told first, as
    far as 30 minutes reach. The event `end` tells that the meeting is over.
    """
    entry = await call.meeting()
    meeting_id, over = entry.meeting.id, entry.meeting.state in ENDINGS
    after = _after(call)
    kinds = frozenset(call.query.type)
    response = web.StreamResponse(headers=_HEADERS)
    # Raises UsageError before anything is sent where the meeting is not live.
    async with call.desks.feed.follow(meeting_id, after) as events:
        await response.prepare(call.request)
        if call.request.method == "HEAD":
            return response
        try:
            await _tell(response, events, kinds, over)
        except (ConnectionError, TimeoutError):
            log.debug("a follower went away or takes nothing")
            if call.request.transport is not None:
                call.request.transport.abort()
    return response


async def _tell(
    response: web.StreamResponse,
    events: AsyncIterator[Numbered],
    kinds: frozenset[str],
    over: bool,
) -> None:
    reading: asyncio.Task[Numbered] | None = None
    try:
        while True:
            reading = reading or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait({reading}, timeout=QUIET_S if over else BEAT_S)
            if not done:
                if over:
                    return await _send(response, _END)
                await _send(response, b": beat\n\n")
                continue
            try:
                number, message = reading.result()
            except StopAsyncIteration:
                return None
            reading = None
            if not kinds or message.get("type") in kinds:
                await _send(response, _event(number, message))
            over = over or (message.get("type") == "state" and message.get("state") in _ENDINGS)
    finally:
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _send(response: web.StreamResponse, data: bytes) -> None:
    async with asyncio.timeout(SEND_S):
        await response.write(data)


def _event(number: int, message: Message) -> bytes:
    kind = "".join(char for char in str(message.get("type")) if char.isalnum() or char in "_-.")
    data = json.dumps(message, ensure_ascii=False, default=str)
    return f"id: {number}\nevent: {kind}\ndata: {data}\n\n".encode("utf-8", "replace")


def _after(call: Call[EventsQuery, Nothing]) -> int | None:
    shown = call.request.headers.get("Last-Event-ID", "")
    if not shown:
        return call.query.after
    if not (shown.isascii() and shown.isdecimal() and len(shown) < 16):
        flaw = Flaw(place="header", pointer="/Last-Event-ID", detail="Not a number.")
        raise Refuse(422, "The last event's id is not one of ours.", "It is a number.", (flaw,))
    return int(shown)

"""`dragoman leave`: sends a running bot out of its meeting."""

import argparse
import asyncio
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from domain.errors import DragomanError, UsageError
from domain.meetings import ENDINGS, Meeting
from domain.ports import MeetingStore
from dragoman import console, orders, reach
from dragoman.client import Dragoman
from dragoman.commands.options import no_settings
from dragoman.endpoint import ANSWER_S, asked
from dragoman.settings import Settings
from dragoman.store import open_stores

overrides = no_settings

WITHIN_S = 30.0
"""Longest wait for its end."""

GRACE_S = 1.0
"""Longest wait for the end of a bot that does not answer: it may just have left."""

LOOK_S = 0.2
"""Between two looks at the database."""


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "leave", help="make a running bot leave its meeting", description=__doc__
    )
    parser.add_argument(
        "meeting", metavar="ID", nargs="?", help="default: the only meeting that runs"
    )
    reach.add_options(parser, "ask the bot itself, by the database of this data folder")
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Asks, waits for the end and tells its reason."""
    state, reason = asyncio.run(_run(args, settings))
    console.say(f"{state}: {reason.replace('_', ' ')}")
    return 0


async def _run(args: argparse.Namespace, settings: Settings) -> tuple[str, str]:
    async def by_server(client: Dragoman) -> tuple[str, str]:
        ended = await orders.leave(client, args.meeting, WITHIN_S)
        return ended["state"], ended["reason"]

    async def alone() -> tuple[str, str]:
        async with open_stores(settings) as stores:
            meeting = await leave(stores.meetings, args.meeting)
        return meeting.state.value, meeting.reason.value

    return await reach.by_server_or_alone(reach.way(args, settings), by_server, alone)


async def leave(
    meetings: MeetingStore, meeting_id: str | None = None, within_s: float = WITHIN_S
) -> Meeting:
    """The meeting after its end. Raises UsageError where it is not clear which one is meant,
    DragomanError where the bot does not answer or does not leave in time."""
    async with ClientSession(timeout=ClientTimeout(total=ANSWER_S)) as http:
        meeting = await running(meetings, meeting_id, http)
        answered = await asked(http, meeting.endpoint, "POST", "/live/leave")
    ended = await _ended(meetings, meeting.id, within_s if answered else min(within_s, GRACE_S))
    if ended is not None:
        return ended
    if not answered:
        raise DragomanError(
            f"The bot of meeting {meeting.id[:8]} does not answer.",
            "If its process still runs, end that with Ctrl-C or SIGTERM; if not, it has left.",
        )
    raise DragomanError(
        f"The bot of meeting {meeting.id[:8]} was asked and has not left within {within_s:.0f} s.",
        "Look again with: dragoman meetings. If it hangs, end its process with SIGTERM.",
    )


async def running(meetings: MeetingStore, meeting_id: str | None, http: ClientSession) -> Meeting:
    """The meeting that is named, or the only one that runs. Raises UsageError."""
    if meeting_id is None:
        return await _only(meetings, http)
    return await _named(meetings, meeting_id)


async def _named(meetings: MeetingStore, meeting_id: str) -> Meeting:
    meeting = await meetings.get(meeting_id)
    if meeting is None:
        raise UsageError(f"There is no meeting {meeting_id!r}.", "See: dragoman meetings")
    if meeting.state in ENDINGS:
        raise UsageError(
            f"Meeting {meeting.id[:8]} is over: {meeting.reason.value.replace('_', ' ')}.",
            "See: dragoman meetings",
        )
    return meeting


async def _only(meetings: MeetingStore, http: ClientSession) -> Meeting:
    """The meeting that runs; of several that have no end, the one whose bot answers."""
    running = [m for m in await meetings.recent() if m.state not in ENDINGS]
    if len(running) > 1:
        answers = await asyncio.gather(*(asked(http, m.endpoint, "GET", "/live") for m in running))
        running = [m for m, answered in zip(running, answers, strict=True) if answered] or running
    if not running:
        raise UsageError("No meeting is running.", "See: dragoman meetings")
    if len(running) > 1:
        ids = ", ".join(meeting.id[:8] for meeting in running)
        raise UsageError(f"Several meetings are running: {ids}.", "Name one: dragoman leave ID")
    return running[0]


async def _ended(meetings: MeetingStore, meeting_id: str, within_s: float) -> Meeting | None:
    loop = asyncio.get_running_loop()
    until = loop.time() + within_s
    while True:
        meeting = await meetings.get(meeting_id)
        if meeting is not None and meeting.state in ENDINGS:
            return meeting
        if loop.time() >= until:
            return None
        await asyncio.sleep(LOOK_S)

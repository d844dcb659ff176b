"""`dragoman pause`: makes a running bot stop listening without leaving."""

import argparse
import asyncio
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from domain.errors import DragomanError
from dragoman import console, orders, reach
from dragoman.client import Dragoman
from dragoman.commands.leave import running
from dragoman.commands.options import no_settings
from dragoman.endpoint import ANSWER_S, asked
from dragoman.settings import Settings
from dragoman.store import open_stores

overrides = no_settings


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    return add_command(commands, "pause", "make a running bot stop listening", __doc__)


def add_command(commands: Any, name: str, help: str, about: str) -> argparse.ArgumentParser:
    """Adds a command that names a running meeting."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=about)
    parser.add_argument(
        "meeting", metavar="ID", nargs="?", help="default: the only meeting that runs"
    )
    reach.add_options(parser, "ask the bot itself, by the database of this data folder")
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Asks the bot."""
    meeting_id = asyncio.run(set_paused(args, True, settings))
    console.say(f"The bot of meeting {meeting_id[:8]} pauses. Go on: dragoman resume")
    return 0


async def set_paused(args: argparse.Namespace, paused: bool, settings: Settings) -> str:
    """The meeting's id, once its bot pauses or listens. Raises UsageError, DragomanError."""

    async def by_server(client: Dragoman) -> str:
        return await orders.pause(client, args.meeting, paused)

    async def alone() -> str:
        return await _set_paused(args.meeting, paused, settings)

    return await reach.by_server_or_alone(reach.way(args, settings), by_server, alone)


async def _set_paused(meeting_id: str | None, paused: bool, settings: Settings) -> str:
    async with (
        open_stores(settings) as stores,
        ClientSession(timeout=ClientTimeout(total=ANSWER_S)) as http,
    ):
        meeting = await running(stores.meetings, meeting_id, http)
        body = {"paused": paused}
        if not await asked(http, meeting.endpoint, "POST", "/live/pause", body):
            raise DragomanError(
                f"The bot of meeting {meeting.id[:8]} does not answer.",
                "If its process still runs, end that with Ctrl-C or SIGTERM; if not, it has left.",
            )
        return meeting.id

"""`dragoman status`: what runs, what waits, and how it is."""

import argparse
import asyncio
from datetime import datetime
from typing import Any

from dragoman import console, reach
from dragoman.commands.options import add_json, no_settings
from dragoman.settings import Settings
from dragoman.standing import Standing, by_database, by_server
from dragoman.store import open_stores

overrides = no_settings

UNWELL = 1
"""Exit code where a bot does not answer, or the server cannot do its work."""


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "status", help="what runs, what waits, and how it is", description=__doc__
    )
    add_json(parser)
    reach.add_options(parser, "look into the database of this data folder, and ask the bots")
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints one table; 1 where something does not answer."""
    to = reach.way(args, settings, tell=False)
    standing = asyncio.run(_look(to, settings))
    if args.json:
        console.plain(standing.plain())
        return 0 if standing.well else UNWELL
    for line in standing.lines():
        console.say(line)
    console.listing(
        standing.meetings,
        (
            ("id", lambda each: each["id"][:8]),
            ("meeting", lambda each: each["code"]),
            ("state", lambda each: each["state"]),
            ("since", lambda each: f"{datetime.fromisoformat(each['since']).astimezone():%H:%M}"),
            ("place", lambda each: each["place"] or ""),
            ("health", lambda each: each["health"]),
        ),
        plain_of=dict,
        as_json=False,
        nothing="No bot runs, and none is waited for.",
    )
    return 0 if standing.well else UNWELL


async def _look(to: reach.Way | None, settings: Settings) -> Standing:
    async def alone() -> Standing:
        async with open_stores(settings) as stores:
            return await by_database(stores)

    return await reach.by_server_or_alone(to, lambda client: by_server(client, to), alone)

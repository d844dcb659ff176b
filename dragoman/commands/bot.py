"""`dragoman bot`: the process of one bot, for a meeting that is in the database."""

import argparse
from typing import Any

from dragoman.settings import Settings


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "bot", help="run the bot of a stored meeting (started by a launcher)", description=__doc__
    )
    parser.add_argument("meeting", metavar="ID", help="meeting id")
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Attends; the exit code tells how it ended."""
    from dragoman.attend import attend_stored

    return attend_stored(args.meeting, settings)

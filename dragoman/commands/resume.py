"""`dragoman resume`: makes a paused bot listen again."""

import argparse
import asyncio
from typing import Any

from dragoman import console
from dragoman.commands import pause
from dragoman.settings import Settings

overrides = pause.overrides


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    return pause.add_command(commands, "resume", "make a paused bot listen again", __doc__)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Asks the bot."""
    meeting_id = asyncio.run(pause.set_paused(args, False, settings))
    console.say(f"The bot of meeting {meeting_id[:8]} listens again.")
    return 0

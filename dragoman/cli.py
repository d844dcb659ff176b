"""The command line: reads arguments and settings, runs a command, tells errors in two lines."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from domain.errors import DragomanError, StorageError
from dragoman import console
from dragoman.commands import (
    bot,
    calendars,
    demo,
    doctor,
    evidence,
    export,
    join,
    leave,
    listen,
    login,
    meetings,
    models,
    notes,
    pause,
    recording,
    refine,
    replay,
    resume,
    search,
    serve,
    status,
    transcribe,
    users,
    voices,
)
from dragoman.failures import storage_failure
from dragoman.settings import load_settings

COMMANDS = (
    serve,
    login,
    join,
    leave,
    pause,
    resume,
    demo,
    transcribe,
    listen,
    replay,
    recording,
    status,
    meetings,
    export,
    evidence,
    search,
    notes,
    refine,
    models,
    voices,
    calendars,
    doctor,
    users,
    bot,
)

DESCRIPTION = (
    "A self-hosted Google Meet bot: it joins, hears, knows who speaks, and shows live "
    "translated captions as its camera picture."
)


def build_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    parser = argparse.ArgumentParser(prog="dragoman", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in COMMANDS:
        command = module.add(commands)
        command.add_argument("--config", type=Path, metavar="FILE", help="settings file (TOML)")
        command.add_argument("--data", type=Path, metavar="DIR", help="folder of the database")
        command.add_argument(
            "--log-level", choices=["debug", "info", "warning", "error"], help="default: warning"
        )
        command.set_defaults(run=module.run, overrides=module.overrides)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    args = build_parser().parse_args(argv)
    try:
        overrides = args.overrides(args)
        overrides["data"] = args.data
        overrides["log_level"] = args.log_level
        settings = load_settings(args.config, overrides)
        _log_to_stderr(settings.log_level)
        code: int = args.run(args, settings)
        return code
    except DragomanError as error:
        console.complain(error)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        console.complain(storage_failure(error))
        return StorageError.exit_code
    except KeyboardInterrupt:
        return 130


def _log_to_stderr(level: str) -> None:
    logging.raiseExceptions = False  # a full disk must not print a trace for every record
    logging.basicConfig(
        level=level.upper(),
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
        stream=sys.stderr,
    )

"""Options that several commands have."""

import argparse
from pathlib import Path
from typing import Any


def add_json(parser: argparse.ArgumentParser) -> None:
    """--json."""
    parser.add_argument("--json", action="store_true", help="for programs")


def behind(parser: argparse.ArgumentParser) -> None:
    """The options of every command, behind an action too."""
    for option in ("--config", "--data"):
        parser.add_argument(option, type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.add_argument("--log-level", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def no_settings(_args: argparse.Namespace) -> dict[str, Any]:
    """The overrides of a command without settings of its own."""
    return {}

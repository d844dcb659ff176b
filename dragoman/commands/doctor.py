"""`dragoman doctor`: what works here, what is missing, and its remedy."""

import argparse
import asyncio
import json
from typing import Any

from domain.errors import MissingError
from dragoman import console
from dragoman.doctor import Check, examine
from dragoman.settings import Settings


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor", help="check browser, fonts, engines, translators, disk", description=__doc__
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints the findings; exit code 3 if something essential is missing."""
    checks = asyncio.run(examine(settings))
    if args.json:
        console.raw(json.dumps([_plain(check) for check in checks], indent=2) + "\n")
    else:
        for check in checks:
            _print(check)
    failed = any(check.essential and not check.health.ok for check in checks)
    return MissingError.exit_code if failed else 0


def _print(check: Check) -> None:
    mark, style = _mark(check)
    console.say(f"{mark:8}{check.name:24}{check.health.found}", style=style)
    if not check.health.ok and check.health.remedy:
        console.say(f"{'':32}→ {check.health.remedy}", style=style)


def _mark(check: Check) -> tuple[str, str]:
    if check.health.ok:
        return "ok", ""
    return ("missing", "bold red") if check.essential else ("-", "dim")


def _plain(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "ok": check.health.ok,
        "essential": check.essential,
        "found": check.health.found,
        "remedy": check.health.remedy,
    }

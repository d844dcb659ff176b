"""`dragoman doctor`: what works here, what is missing, and its remedy."""

import argparse
import asyncio
from typing import Any

from domain.errors import MissingError, UsageError
from domain.links import SITE, parse_link
from dragoman import console
from dragoman.commands.options import add_json, no_settings
from dragoman.doctor import Check, examine
from dragoman.settings import Settings

overrides = no_settings


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor", help="check browser, fonts, engines, translators, disk", description=__doc__
    )
    add_json(parser)
    parser.add_argument(
        "--meet", metavar="LINK", help="open this meeting's page and look for the bot's locators"
    )
    parser.add_argument("--join", action="store_true", help="with --meet: join, look, and leave")
    parser.add_argument("--base-url", default=SITE, metavar="URL", help="another site than Meet")
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints the findings; exit code 3 if something essential is missing.

    With --meet: 0, 6 for drift, 7 for a target that nothing finds, or the code of the reason
    why the page was not reached.
    """
    if args.meet:
        return _meet(args, settings)
    if args.join:
        raise UsageError("--join needs a meeting.", "Add: --meet LINK")
    checks = asyncio.run(examine(settings))
    if args.json:
        console.plain([_plain(check) for check in checks])
    else:
        for check in checks:
            _print(check)
    failed = any(check.essential and not check.health.ok for check in checks)
    return MissingError.exit_code if failed else 0


def _meet(args: argparse.Namespace, settings: Settings) -> int:
    from dragoman.doctor_meet import check_meet, exit_code, plain, show

    link = parse_link(args.meet, args.base_url)
    found = asyncio.run(check_meet(link, settings, join=args.join))
    if args.json:
        console.plain(plain(found))
    else:
        show(found)
    return exit_code(found)


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

"""`dragoman login`: signs the bot's own account in, once, by hand; no password is stored.

Bots then join with that account where `bot.profile` names the profile. One bot uses it at a
time. On a machine without a screen the browser is shown on a page of this machine.
"""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.signin import signed_in
from domain.errors import UsageError
from domain.links import SITE
from dragoman import console
from dragoman.settings import Settings, desktop
from dragoman.signin.run import How, profile_of, sign_in


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "login", help="sign the bot's account in", description=__doc__
    )
    parser.add_argument(
        "--profile", type=Path, metavar="DIR", help="default: bot.profile, else one in --data"
    )
    parser.add_argument(
        "--view", action="store_true", help="show the browser on a page (default without a screen)"
    )
    parser.add_argument("--port", type=int, default=0, help="of that page; 0 takes a free one")
    parser.add_argument("--check", action="store_true", help="only tell whether it is signed in")
    parser.add_argument("--base-url", default="", metavar="URL", help=f"default: {SITE}")
    return parser


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Settings that the arguments replace."""
    return {"bot": {"profile": args.profile}}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Signs in, or tells. Raises UsageError where no account is there afterwards."""
    profile = profile_of(settings)
    view = args.view or not desktop()
    how = How(view, args.port, args.base_url)
    there = signed_in(profile, how.host) if args.check else asyncio.run(sign_in(settings, how))
    if not there:
        raise UsageError(
            f"No account is signed in in the profile {profile}.",
            "Sign in: dragoman login" if args.check else "Try again, and sign in to the end.",
        )
    console.say(f"Signed in. The profile: {profile}")
    if settings.bot.profile != profile or args.profile:
        console.say("Bots use it with this in dragoman.toml:")
        console.say(f'[bot]\nprofile = "{profile}"', style="bold")
    return 0

"""`dragoman join`: sends the bot into a meeting: a server's, or one in this process, until it
ends."""

import argparse
from pathlib import Path
from typing import Any

from domain.errors import UsageError
from domain.languages import parse_languages
from domain.links import SITE, parse_link
from dragoman import reach
from dragoman.commands.handing import hand_over
from dragoman.groups.camera import WEBCAMS
from dragoman.settings import Settings


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "join", help="join a meeting now", description=__doc__
    )
    parser.add_argument("link", metavar="LINK", help="Meet link, code or pasted invitation")
    parser.add_argument("--translate", metavar="CODE[,CODE]", help="target languages")
    parser.add_argument(
        "--interpret", metavar="A,B", help="two languages spoken in turn, each into the other"
    )
    parser.add_argument("--speak", metavar="CODE[,CODE]", help="languages that are spoken")
    parser.add_argument("--name", help="display name")
    parser.add_argument(
        "--profile", type=Path, metavar="DIR", help="of a signed-in browser; see: dragoman login"
    )
    parser.add_argument("--base-url", metavar="URL", help="another site than Meet")
    parser.add_argument(
        "--layout", choices=["subtitle", "split", "interpreter", "full"], help="see docs/camera.md"
    )
    parser.add_argument("--theme", choices=["dark", "light", "high-contrast"])
    parser.add_argument("--large", action="store_true", default=None, help="largest type")
    parser.add_argument(
        "--record", action="store_true", default=None, help="keep the sound; see docs/recording.md"
    )
    parser.add_argument("--camera", metavar="WEBCAM", help=f"also a virtual webcam: {WEBCAMS}")
    parser.add_argument("--film", type=Path, metavar="FILE", help="picture to an MP4 file")
    parser.add_argument("--png", type=Path, metavar="FILE", help="last picture to a PNG file")
    parser.add_argument("--port", type=int, help="port of the live page on 127.0.0.1")
    parser.add_argument("--voice", metavar="ENGINE", help="what speaks translations")
    parser.add_argument(
        "--speak-into-meeting", metavar="CODE", help="say the translations into this language aloud"
    )
    parser.add_argument("--window", action="store_true", help="show the browser's window")
    parser.add_argument("--headless", action="store_true", help="no window, no private display")
    parser.add_argument(
        "--follow",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="of a server's bot: tell how it goes until it ends; Ctrl-C leaves it alone",
    )
    reach.add_options(parser, "the bot runs in this process, whatever server there is")
    return parser


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Settings that the arguments stand for."""
    headless = True if args.headless else False if args.window else None
    pair = _pair(args.interpret) if args.interpret else None
    return {
        "bot": {"name": args.name, "headless": headless, "profile": args.profile},
        "hearing": {"languages": parse_languages(args.speak) if args.speak else pair},
        "translation": {
            "targets": parse_languages(args.translate) if args.translate else pair,
            "interpreter": True if pair else None,
        },
        "camera": {
            "layout": args.layout,
            "theme": args.theme,
            "large": args.large,
            "record": args.film,
            "webcam": args.camera,
            "png": args.png,
        },
        "voice": {"engine": args.voice, "microphone_language": args.speak_into_meeting},
        "recording": {"on": args.record},
        "web": {"port": args.port},
    }


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Joins and stays; the exit code tells how it ended (see docs/bot.md)."""
    to = reach.way(args, settings)
    if to is not None:
        return hand_over(args, settings, to)
    from dragoman.attend import attend_new

    return attend_new(parse_link(args.link, args.base_url or SITE), settings)


def _pair(text: str) -> tuple[str, ...]:
    pair = parse_languages(text)
    if len(pair) != 2:
        raise UsageError("Interpreting needs two languages.", "Such as: --interpret en,es")
    return pair

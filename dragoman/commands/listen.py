"""`dragoman listen`: hears a browser's microphone or a shared tab as if it were a meeting."""

import argparse
import asyncio
from typing import Any

from domain.languages import parse_languages
from domain.meetings import EXIT_CODES, Meeting
from dragoman import console
from dragoman.groups.camera import WEBCAMS
from dragoman.settings import Settings
from dragoman.store import open_stores


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "listen", help="captions of a microphone or a shared tab", description=__doc__
    )
    parser.add_argument("--asr", metavar="ENGINE", help="recogniser (default: as in meetings)")
    parser.add_argument("--speak", metavar="CODE[,CODE]", help="languages that are spoken")
    parser.add_argument("--translate", metavar="CODE[,CODE]", help="target languages")
    parser.add_argument("--camera", metavar="WEBCAM", help=f"picture to a webcam: {WEBCAMS}")
    parser.add_argument("--port", type=int, help="port of the pages on 127.0.0.1")
    return parser


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Settings that the arguments stand for."""
    return {
        "hearing": {
            "engine": args.asr,
            "languages": parse_languages(args.speak) if args.speak else None,
        },
        "translation": {"targets": parse_languages(args.translate) if args.translate else None},
        "camera": {"webcam": args.camera},
        "web": {"port": args.port},
    }


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Listens until Ctrl-C or until somebody ends it on the live page; the exit code tells how
    it ended (see docs/bot.md)."""
    meeting = asyncio.run(_run(settings))
    console.say(f"Transcript: dragoman export {meeting.id[:8]} --format md")
    return EXIT_CODES[meeting.reason]


async def _run(settings: Settings) -> Meeting:
    from dragoman.listening.run import listen

    async with open_stores(settings) as stores:
        return await listen(settings, stores)

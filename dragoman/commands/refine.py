"""`dragoman refine`: a second, more careful pass over the kept sound of a meeting."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from domain.languages import parse_languages
from dragoman import console
from dragoman.settings import Settings
from dragoman.store import open_stores

STOPPED = 130
"""Exit code after Ctrl-C."""


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "refine", help="hear a meeting's sound again, more carefully", description=__doc__
    )
    parser.add_argument("meeting", metavar="ID", help="meeting id, or its first characters")
    parser.add_argument("--asr", metavar="ENGINE", help="recogniser (default: as in meetings)")
    parser.add_argument(
        "--model", metavar="NAME", help="its model (default: the most exact one that is here)"
    )
    parser.add_argument("--diarize", metavar="ENGINE", help="tells voices apart; none: nobody does")
    parser.add_argument("--speak", metavar="CODE[,CODE]", help="languages that are spoken")
    parser.add_argument(
        "--translate", metavar="CODE[,CODE]", help="target languages (default: the meeting's)"
    )
    parser.add_argument(
        "--sound", type=Path, metavar="FILE", help="a recording, or a folder of traces"
    )
    return parser


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Settings that the arguments stand for."""
    return {
        "hearing": {"languages": parse_languages(args.speak) if args.speak else None},
        "refine": {"engine": args.asr, "model": args.model, "diarizer": args.diarize},
    }


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Makes the version `refined`; Ctrl-C leaves everything as it was."""
    try:
        return asyncio.run(_run(args, settings))
    except KeyboardInterrupt:
        console.say("Stopped; the transcript is as it was.")
        return STOPPED


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    from dragoman.refine.run import refine

    targets = parse_languages(args.translate) if args.translate else None
    async with open_stores(settings) as stores:
        done = await refine(args.meeting, settings, stores, sound=args.sound, targets=targets)
    words = sum(len(segment.words) for segment in done.segments)
    console.say(f"Second pass: {words} words; {done.how}.")
    console.say(f"See it: dragoman export {done.meeting.id[:8]} --version refined")
    return 0

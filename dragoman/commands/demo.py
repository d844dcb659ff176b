"""`dragoman demo`: a whole scripted meeting on the stand-in, with its figures."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from domain.errors import MissingError
from domain.languages import parse_languages
from dragoman.groups.camera import WEBCAMS
from dragoman.settings import Settings


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo", help="run a scripted meeting on a local Meet-like site", description=__doc__
    )
    parser.add_argument("--script", metavar="FILE", default="demo", help="meeting script (TOML)")
    parser.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR")
    parser.add_argument("--translate", metavar="CODE[,CODE]", help="default: es,fr")
    parser.add_argument("--camera", metavar="WEBCAM", help=f"also a virtual webcam: {WEBCAMS}")
    parser.add_argument("--keep", action="store_true", help="leave the live page up at the end")
    parser.add_argument("--port", type=int, help="port of the live page on 127.0.0.1")
    return parser


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Settings that the arguments stand for."""
    targets = parse_languages(args.translate) if args.translate else None
    return {
        "translation": {"targets": targets},
        "camera": {"webcam": args.camera},
        "web": {"port": args.port, "keep": args.keep},
    }


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Runs the meeting; exit code 0 if the bot attended it to its end."""
    try:
        from dragoman.demo.run import find_script, run_demo
    except ModuleNotFoundError as error:
        raise MissingError(
            f"The demo needs the Python package {error.name!r}.",
            "Install it: pip install 'dragoman[demo]'",
        ) from error
    try:
        return asyncio.run(run_demo(find_script(args.script), args.out, settings))
    except asyncio.CancelledError:
        return 130

"""`dragoman transcribe`: recorded sound through the pipeline of a meeting."""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.errors import DragomanError, UsageError
from domain.languages import parse_languages
from domain.meetings import Reason
from dragoman import console
from dragoman.groups.camera import WEBCAMS
from dragoman.hintfile import read_hints
from dragoman.settings import Settings
from dragoman.store import Stores, open_stores

STOPPED = 130
"""Exit code after Ctrl-C."""


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "transcribe", help="captions and translations of sound files", description=__doc__
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="audio or video")
    parser.add_argument("--realtime", action="store_true", help="at the speed of the sound")
    parser.add_argument("--channels", action="store_true", help="one speaker per channel")
    parser.add_argument("--hints", type=Path, metavar="HINTS.jsonl", help="Meet's side, recorded")
    parser.add_argument(
        "--camera", metavar="WEBCAM", help=f"with --realtime, picture to a webcam: {WEBCAMS}"
    )
    add_engines(parser)
    return parser


def add_engines(parser: argparse.ArgumentParser) -> None:
    """Adds what `transcribe` and `replay` have in common."""
    parser.add_argument("--asr", metavar="ENGINE", help="recogniser (default: as in meetings)")
    parser.add_argument("--diarize", metavar="ENGINE", help="what tells voices apart")
    parser.add_argument("--speak", metavar="CODE[,CODE]", help="languages that are spoken")
    parser.add_argument("--translate", metavar="CODE[,CODE]", help="target languages")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: out/NAME")


def overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Settings that the arguments stand for."""
    return {
        "hearing": {
            "engine": args.asr,
            "languages": parse_languages(args.speak) if args.speak else None,
        },
        "speakers": {"diarizer": args.diarize},
        "translation": {"targets": parse_languages(args.translate) if args.translate else None},
        "camera": {"webcam": getattr(args, "camera", None)},
    }


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Hears one file after the other; 0 if all worked, else the first failure's code."""
    if args.camera not in (None, "off") and not args.realtime:
        raise UsageError("A webcam shows sound at its own speed.", "Add --realtime.")
    return asyncio.run(_run(args, settings))


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    code = 0
    async with open_stores(settings) as stores:
        for path, out in zip(args.files, folders(args.files, args.out), strict=True):
            try:
                reason = await _hear(path, out, args, settings, stores)
            except DragomanError as error:
                console.complain(error)
                code = code or error.exit_code
                continue
            if reason is Reason.STOPPED:
                return STOPPED
    return code


async def _hear(
    path: Path, out: Path, args: argparse.Namespace, settings: Settings, stores: Stores
) -> Reason:
    from dragoman.transcribe.decode import SoundFile
    from dragoman.transcribe.moments import FileRecording
    from dragoman.transcribe.run import Job, hear

    hints = await asyncio.to_thread(read_hints, args.hints) if args.hints else []
    largest = round(settings.files.largest_gb * 1e9)
    sound = await asyncio.to_thread(
        lambda: SoundFile(path, channels=args.channels, largest_bytes=largest)
    )
    try:
        job = Job(
            name=path.name,
            link=f"file:{path.name}",
            recording=FileRecording(sound),
            hints=hints,
            out=out,
            realtime=args.realtime,
            sound=path,
        )
        return await hear(job, settings, stores)
    finally:
        sound.close()


def folders(files: Sequence[Path], out: Path | None) -> list[Path]:
    """A folder for each file: `out` itself for a single one, else NAME, NAME-2 … in it."""
    if out is not None and len(files) == 1:
        return [out]
    chosen: list[Path] = []
    for path in files:
        base = (out or Path("out")) / (path.stem or "sound")
        number = 2
        folder = base
        while folder in chosen:
            folder = base.with_name(f"{base.name}-{number}")
            number += 1
        chosen.append(folder)
    return chosen

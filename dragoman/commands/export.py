"""`dragoman export`: a meeting's transcript as a file."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from domain.languages import parse_languages
from dragoman import console
from dragoman.settings import Settings
from dragoman.store import open_stores, read_transcript
from storage.export.files import write_atomic
from storage.export.formats import FORMATS, export
from storage.export.transcript import Transcript


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "export",
        help="write a transcript as TXT, Markdown, SRT, WebVTT or JSON",
        description=__doc__,
    )
    parser.add_argument("meeting", metavar="ID", help="meeting id, or its first characters")
    parser.add_argument("--format", choices=sorted(FORMATS), default="txt", help="default: txt")
    parser.add_argument(
        "--lang",
        metavar="CODE[,CODE]",
        help="these translations alone; with --both, beside the original",
    )
    parser.add_argument("--both", action="store_true", help="original and translations")
    parser.add_argument(
        "--original",
        action="store_true",
        help="the spoken words alone (default for srt and vtt; the others hold everything)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: the terminal")
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Writes the export."""
    languages = parse_languages(args.lang) if args.lang else None
    prose = args.format in ("txt", "md", "json")
    both = args.both or (languages is None and prose and not args.original)
    mode = "both" if both else "translation" if languages else "original"
    transcript = asyncio.run(_load(settings, args.meeting))
    content = export(transcript, args.format, languages=languages, mode=mode)
    if args.out is None:
        console.raw(content.decode("utf-8"))
    else:
        write_atomic(args.out, content)
        console.say(f"Wrote {args.out}")
    return 0


async def _load(settings: Settings, meeting_id: str) -> Transcript:
    async with open_stores(settings) as stores:
        return await read_transcript(stores, meeting_id)

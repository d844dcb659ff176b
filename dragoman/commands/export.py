"""`dragoman export`: a meeting's transcript as a file."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from domain.errors import UsageError
from domain.languages import parse_languages
from dragoman import console
from dragoman.serve.kept import open_database
from dragoman.serve.transcripts import SqlTranscriptDesk
from dragoman.settings import Settings
from storage.export.archive import whole
from storage.export.files import write_atomic
from storage.export.folder import write_folder
from storage.export.formats import FORMATS, export
from storage.export.transcript import BEST, VERSIONS, Transcript


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "export",
        help="write a transcript as TXT, Markdown, SRT, WebVTT, JSON, CSV, DOCX, PDF or a zip",
        description=__doc__,
    )
    parser.add_argument("meeting", metavar="ID", help="meeting id, or its first characters")
    parser.add_argument(
        "--format", choices=[*sorted(FORMATS), "zip"], default="txt", help="default: txt"
    )
    parser.add_argument(
        "--lang",
        metavar="CODE[,CODE]",
        help="these translations alone; with --both, beside the original",
    )
    parser.add_argument("--both", action="store_true", help="original and translations")
    parser.add_argument("--side", action="store_true", help="the same in columns")
    parser.add_argument(
        "--original",
        action="store_true",
        help="the spoken words alone (default for srt and vtt; the others hold everything)",
    )
    parser.add_argument(
        "--version",
        choices=VERSIONS,
        default=BEST,
        help="as written in the meeting, by the second pass, or the better one there is (default)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="FILE", help="default: the terminal")
    where.add_argument("--folder", type=Path, metavar="DIR", help="every format at once")
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Writes the export."""
    languages = parse_languages(args.lang) if args.lang else None
    binary = args.format == "zip" or not FORMATS[args.format].text
    if binary and args.out is None and args.folder is None:
        raise UsageError(f"{args.format} is no text.", f"Give a file: --out NAME.{args.format}")
    transcript = asyncio.run(_load(settings, args.meeting, args.version))
    if args.folder is not None:
        paths = write_folder(transcript, args.folder, languages)
        console.say(f"Wrote {len(paths)} files into {args.folder}/ ({transcript.version} version)")
        return 0
    content = _content(args, transcript, languages)
    if args.out is None:
        console.raw(content.decode("utf-8"))
    else:
        write_atomic(args.out, content)
        console.say(f"Wrote {args.out} ({transcript.version} version)")
    return 0


def _content(
    args: argparse.Namespace, transcript: Transcript, languages: tuple[str, ...] | None
) -> bytes:
    if args.format == "zip":
        return whole(transcript, languages)
    prose = args.format not in ("srt", "vtt")
    both = args.both or (languages is None and prose and not args.original)
    mode = "both" if both else "translation" if languages else "original"
    return export(transcript, args.format, languages=languages, mode="side" if args.side else mode)


async def _load(settings: Settings, meeting_id: str, version: str) -> Transcript:
    async with open_database(settings) as database:
        return await SqlTranscriptDesk(database).load(meeting_id, version)

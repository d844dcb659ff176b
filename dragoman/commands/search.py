"""`dragoman search`: where it was said."""

import argparse
import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.errors import UsageError
from domain.languages import parse_language
from domain.serving import File, Hit, Hits, Query
from dragoman import console
from dragoman.commands.options import add_json, no_settings
from dragoman.serve.kept import open_database
from dragoman.serve.transcripts import SqlTranscriptDesk
from dragoman.settings import Settings
from storage.export.files import write_atomic
from storage.export.formats import FORMATS
from storage.export.times import stamp

overrides = no_settings


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "search",
        help="find what was said in all meetings",
        description='All words must be there; "in a row" in quotes, begin* with a star.',
    )
    parser.add_argument("words", nargs="+", metavar="WORDS")
    parser.add_argument("--speaker", default="", metavar="NAME")
    parser.add_argument("--lang", default="", metavar="CODE", help="texts in this language alone")
    parser.add_argument("--meeting", default="", metavar="ID")
    parser.add_argument("--since", default="", metavar="DATE", help="such as 2026-03-01")
    parser.add_argument("--until", default="", metavar="DATE", help="this day left out")
    parser.add_argument("--limit", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--zip", type=Path, metavar="FILE", help="all meetings found, in one zip")
    parser.add_argument("--format", choices=sorted(FORMATS), default="md", help="in the zip")
    add_json(parser)
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints the hits, newest first; 1 where there are none."""
    query = Query(
        " ".join(args.words),
        speaker=args.speaker,
        language=parse_language(args.lang) if args.lang else "",
        meeting_id=args.meeting,
        since=_day(args.since),
        until=_day(args.until),
        limit=max(1, args.limit),
    )
    if args.zip is not None:
        write_atomic(args.zip, asyncio.run(_export(settings, query, args.format)).content)
        console.say(f"Wrote {args.zip}")
        return 0
    hits = asyncio.run(_find(settings, query))
    console.listing(
        hits.hits,
        (
            ("meeting", lambda hit: hit.meeting.id[:8]),
            ("began", _began),
            ("at", lambda hit: stamp(hit.segment.start_s)[:8]),
            ("speaker", lambda hit: hit.segment.speaker or "Speaker"),
            ("words", lambda hit: hit.excerpt),
        ),
        plain_of=_plain,
        as_json=args.json,
        nothing="Nothing was found.",
    )
    if hits.cursor:
        console.note("There is more: ask for more with --limit, or for a day with --since.")
    return 0 if hits.hits else 1


def _began(hit: Hit) -> str:
    began = hit.meeting.began_at or hit.meeting.created_at
    return f"{began.astimezone():%Y-%m-%d %H:%M}"


def _plain(hit: Hit) -> dict[str, Any]:
    return {
        "meeting": hit.meeting.id,
        "began_at": hit.meeting.began_at or hit.meeting.created_at,
        "segment": hit.segment.id,
        "start_s": hit.segment.start_s,
        "speaker": hit.segment.speaker,
        "language": hit.language,
        "excerpt": hit.excerpt,
        "marks": hit.marks,
    }


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except ValueError as error:
        raise UsageError(f"{text!r} is no date.", "Write it as 2026-03-01.") from error


async def _find(settings: Settings, query: Query) -> Hits:
    async with open_database(settings) as database:
        return await SqlTranscriptDesk(database).search(query)


async def _export(settings: Settings, query: Query, format: str) -> File:
    async with open_database(settings) as database:
        return await SqlTranscriptDesk(database).export_found(query, format, {})

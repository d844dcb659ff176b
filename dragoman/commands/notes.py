"""`dragoman notes`: what a meeting came to, and answers from it."""

import argparse
import asyncio
from typing import Any

from domain.serving import Answer, Notes
from dragoman import console
from dragoman.serve.kept import open_database
from dragoman.serve.notes import StoredNotesDesk, open_writer
from dragoman.serve.transcripts import SqlTranscriptDesk
from dragoman.settings import Settings
from storage.export.side import notes_of
from storage.export.times import stamp


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "notes",
        help="summary, decisions and action items of a meeting",
        description="Shows the notes of a meeting, made now where there are none.",
    )
    parser.add_argument("meeting", metavar="ID", help="meeting id, or its first characters")
    parser.add_argument("--lang", default="", metavar="CODE", help="language of the notes")
    parser.add_argument("--again", action="store_true", help="make them anew")
    parser.add_argument("--ask", metavar="QUESTION", help="answer from the transcript instead")
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints the notes, or the answer with where it was said."""
    if args.ask is not None:
        return _tell(asyncio.run(_ask(settings, args)))
    notes = asyncio.run(_notes(settings, args))
    parts = notes_of(notes)
    for title, points in parts:
        console.say(title, "bold")
        for text, more in points:
            console.say(f"  - {text} ({more})")
    if not parts:
        console.say("There is nothing to note: hardly anything was said.")
    return 0


def _tell(answer: Answer) -> int:
    if not answer.text:
        console.say("The transcript does not tell.")
        return 1
    console.say(answer.text)
    for point in answer.citations:
        console.say(f"  {stamp(point.at_s)} {point.text}")
    return 0


async def _notes(settings: Settings, args: argparse.Namespace) -> Notes:
    async with open_database(settings) as database, open_writer(settings.notes) as writer:
        desk = StoredNotesDesk(database, SqlTranscriptDesk(database), writer)
        made = None if args.again else await desk.notes(args.meeting, args.lang)
        return made or await desk.make(args.meeting, args.lang)


async def _ask(settings: Settings, args: argparse.Namespace) -> Answer:
    async with open_database(settings) as database, open_writer(settings.notes) as writer:
        desk = StoredNotesDesk(database, SqlTranscriptDesk(database), writer)
        return await desk.ask(args.meeting, args.ask, args.lang)

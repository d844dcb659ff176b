"""`dragoman replay`: a recorded session through the pipeline again, without Meet."""

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.errors import UsageError
from domain.meetings import Meeting, Reason
from dragoman.commands import transcribe
from dragoman.recording.keeping import folder_of
from dragoman.settings import Settings
from dragoman.store import open_stores

overrides = transcribe.overrides


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "replay", help="hear a recorded session again", description=__doc__
    )
    parser.add_argument(
        "session",
        metavar="SESSION",
        help="a recorded meeting's id, or a folder: of a recording, of the setting `measure`",
    )
    transcribe.add_engines(parser)
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Hears the session; the same session gives the same transcript every time."""
    return asyncio.run(_run(args, settings))


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    from dragoman.refine.sound import open_session
    from dragoman.transcribe.run import Job, hear

    async with open_stores(settings) as stores:
        given, meeting = Path(args.session), None
        if not await asyncio.to_thread(given.is_dir):
            meeting = await stores.meetings.get(args.session)
            if meeting is None:
                raise UsageError(
                    f"There is neither a folder nor a meeting {args.session!r}.",
                    "List the meetings: dragoman meetings",
                )
            given = folder_of(settings, meeting.id)
            facts = await stores.facts.facts(meeting.id)
            settings = _as_then(settings, meeting, facts, args)
        session = await asyncio.to_thread(open_session, given)
        name = meeting.id[:8] if meeting else given.resolve().name
        out = args.out or Path("out") / f"{name}-replay"
        if out.resolve() == session.folder.resolve():
            raise UsageError(
                "A session is not replayed into its own folder.", "Choose another: --out"
            )
        job = Job(name, f"trace:{name}", session, session.hints, out, exact=True)
        reason = await hear(job, settings, stores)
    return transcribe.STOPPED if reason is Reason.STOPPED else 0


def _as_then(
    settings: Settings, meeting: Meeting, facts: Mapping[str, str], args: argparse.Namespace
) -> Settings:
    """The languages of the meeting, unless others are asked for."""
    changes: dict[str, Any] = {}
    if not args.translate:
        targets = {"targets": meeting.languages}
        changes["translation"] = settings.translation.model_copy(update=targets)
    spoken = tuple(code for code in facts.get("spoken", "").split(",") if code)
    if spoken and not args.speak:
        changes["hearing"] = settings.hearing.model_copy(update={"languages": spoken})
    return settings.model_copy(update=changes)

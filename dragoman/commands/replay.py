"""`dragoman replay`: a recorded session through the pipeline again, without Meet."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from domain.errors import UsageError
from domain.meetings import Reason
from dragoman.commands import transcribe
from dragoman.settings import Settings
from dragoman.store import open_stores

overrides = transcribe.overrides


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "replay", help="hear a recorded session again", description=__doc__
    )
    parser.add_argument(
        "session", type=Path, metavar="SESSION", help="folder of the setting `measure`, or a demo's"
    )
    transcribe.add_engines(parser)
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Hears the session; the same session gives the same transcript every time."""
    return asyncio.run(_run(args, settings))


async def _run(args: argparse.Namespace, settings: Settings) -> int:
    from dragoman.transcribe.run import Job, hear
    from dragoman.transcribe.traced import TracedSession

    inner = args.session / "traces"
    session = await asyncio.to_thread(
        lambda: TracedSession(inner if inner.is_dir() else args.session)
    )
    name = args.session.resolve().name
    out = args.out or Path("out") / f"{name}-replay"
    if out.resolve() == session.folder.resolve():
        raise UsageError("A session is not replayed into its own folder.", "Choose another: --out")
    job = Job(name, f"trace:{name}", session, session.hints, out, exact=True)
    async with open_stores(settings) as stores:
        reason = await hear(job, settings, stores)
    return transcribe.STOPPED if reason is Reason.STOPPED else 0

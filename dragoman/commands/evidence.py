"""`dragoman evidence`: what a bot's page looked like: now, and at every failure."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from domain.errors import UsageError
from domain.evidence import Evidence
from domain.meetings import ENDINGS
from dragoman import console
from dragoman.evidence.shelf import FOLDER
from dragoman.serve.evidence import EvidenceFiles
from dragoman.settings import Settings
from dragoman.store import Stores, open_stores


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "evidence", help="keep and list screenshots and archives of a bot's page",
        description="Keeps a screenshot, an archive of the page and the end of the log of a "
        "running bot, and lists what was kept before, also of a meeting that is over.",
    )  # fmt: skip
    parser.add_argument("meeting", metavar="ID", help="meeting id, or its first characters")
    parser.add_argument("--list", action="store_true", help="list only")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Keeps, and tells where it lies."""
    folder, items = asyncio.run(_run(args, settings))
    if args.json:
        told = [{**asdict(item), "at": item.at.isoformat()} for item in items]
        console.raw(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return 0
    if not items:
        console.say("Nothing was kept of this meeting: nothing failed, and nobody asked.")
    for item in reversed(items):
        _tell(item, folder)
    return 0


async def _run(args: argparse.Namespace, settings: Settings) -> tuple[Path, Sequence[Evidence]]:
    async with open_stores(settings) as stores:
        return await _kept(args, settings.data_dir / "meetings", stores)


async def _kept(
    args: argparse.Namespace, folder: Path, stores: Stores
) -> tuple[Path, Sequence[Evidence]]:
    meeting = await stores.meetings.get(args.meeting)
    if meeting is None:
        raise UsageError(f"There is no meeting {args.meeting!r}.", "See: dragoman meetings")
    desk = EvidenceFiles(stores.meetings, folder)
    if not args.list and meeting.state not in ENDINGS:
        await desk.make(meeting.id)
    return folder / meeting.id / FOLDER, await desk.items(meeting.id)


def _tell(item: Evidence, folder: Path) -> None:
    reason = item.reason.replace("_", " ")
    console.say(f"{item.at.astimezone():%Y-%m-%d %H:%M:%S}  {reason}  {item.error}".rstrip())
    for file in item.files:
        console.say(f"    {folder / file.name}  ({file.size // 1000 + 1} kB)")
    for missing in item.missing:
        console.say(f"    without {missing}", style="dim")

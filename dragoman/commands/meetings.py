"""`dragoman meetings`: what was attended, and how it ended; and to delete it."""

import argparse
import asyncio
import json
from typing import Any

from domain.errors import UsageError
from domain.meetings import Meeting
from domain.transcripts import REFINED
from dragoman import console
from dragoman.commands.keep import delete, expire
from dragoman.settings import Settings
from dragoman.store import open_stores


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "meetings", help="list meetings, newest first", description=__doc__
    )
    parser.add_argument(
        "action",
        nargs="?",
        choices=["list", "delete", "expire"],
        default="list",
        help="delete ID…: for good; expire: what the settings of retention say",
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="of meetings to delete")
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be deleted")
    parser.add_argument("--limit", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--states", action="store_true", help="every state with its reason")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints the list, or deletes."""
    if args.action == "delete" and not args.ids:
        raise UsageError("Which meetings?", "Name them: dragoman meetings delete ID")
    if args.action != "delete" and args.ids:
        raise UsageError("Ids are for delete only.", "dragoman meetings delete ID")
    if args.action == "delete":
        return asyncio.run(delete(settings, args.ids, dry=args.dry_run))
    if args.action == "expire":
        return asyncio.run(expire(settings, dry=args.dry_run))
    meetings, refined = asyncio.run(_recent(settings, max(args.limit, 1)))
    if args.json:
        plain = [_plain(meeting, refined.get(meeting.id, "")) for meeting in meetings]
        console.raw(json.dumps(plain, indent=2) + "\n")
    elif not meetings:
        console.say("No meetings yet. Join one: dragoman join LINK --translate es,fr")
    else:
        _print(meetings, refined, states=args.states)
    return 0


async def _recent(settings: Settings, limit: int) -> tuple[list[Meeting], dict[str, str]]:
    """The meetings, and what is told of the second pass of those that had one."""
    async with open_stores(settings) as stores:
        recent = await stores.meetings.recent(limit)
        full = [await stores.meetings.get(meeting.id) for meeting in recent]
        meetings = [meeting for meeting in full if meeting is not None]
        facts = {meeting.id: await stores.facts.facts(meeting.id) for meeting in meetings}
        return meetings, {key: found[REFINED] for key, found in facts.items() if REFINED in found}


def _print(meetings: list[Meeting], refined: dict[str, str], *, states: bool) -> None:
    rows = []
    for meeting in meetings:
        began = meeting.began_at or meeting.created_at
        rows.append(
            (
                meeting.id[:8],
                f"{began.astimezone():%Y-%m-%d %H:%M}",
                meeting.code,
                ", ".join(meeting.languages),
                f"{meeting.state}, {REFINED}" if meeting.id in refined else meeting.state.value,
                meeting.reason.value,
            )
        )
    console.table("", ("id", "began", "meeting", "languages", "state", "reason"), rows)
    for meeting in meetings if states else ():
        console.table(
            meeting.id,
            ("at", "state", "reason", "evidence"),
            [
                (f"{c.at.astimezone():%H:%M:%S}", c.state, c.reason, c.evidence)
                for c in meeting.changes
            ],
        )


def _plain(meeting: Meeting, refined: str) -> dict[str, Any]:
    return {
        "id": meeting.id,
        "code": meeting.code,
        "link": meeting.link,
        "name": meeting.name,
        "languages": list(meeting.languages),
        "state": meeting.state.value,
        "reason": meeting.reason.value,
        "refined": refined,
        "created_at": meeting.created_at.isoformat(),
        "began_at": meeting.began_at.isoformat() if meeting.began_at else None,
        "ended_at": meeting.ended_at.isoformat() if meeting.ended_at else None,
        "states": [
            {
                "state": change.state.value,
                "reason": change.reason.value,
                "at": change.at.isoformat(),
                "evidence": change.evidence,
            }
            for change in meeting.changes
        ],
    }

"""`dragoman meetings`: what was attended, and how it ended."""

import argparse
import asyncio
import json
from typing import Any

from domain.meetings import Meeting
from dragoman import console
from dragoman.settings import Settings
from dragoman.store import open_stores


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "meetings", help="list meetings, newest first", description=__doc__
    )
    parser.add_argument("--limit", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--states", action="store_true", help="every state with its reason")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def overrides(_args: argparse.Namespace) -> dict[str, Any]:
    """No settings of its own."""
    return {}


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints the list."""
    meetings = asyncio.run(_recent(settings, max(args.limit, 1)))
    if args.json:
        console.raw(json.dumps([_plain(meeting) for meeting in meetings], indent=2) + "\n")
    elif not meetings:
        console.say("No meetings yet. Join one: dragoman join LINK --translate es,fr")
    else:
        _print(meetings, states=args.states)
    return 0


async def _recent(settings: Settings, limit: int) -> list[Meeting]:
    async with open_stores(settings) as stores:
        recent = await stores.meetings.recent(limit)
        full = [await stores.meetings.get(meeting.id) for meeting in recent]
        return [meeting for meeting in full if meeting is not None]


def _print(meetings: list[Meeting], *, states: bool) -> None:
    rows = []
    for meeting in meetings:
        began = meeting.began_at or meeting.created_at
        rows.append(
            (
                meeting.id[:8],
                f"{began.astimezone():%Y-%m-%d %H:%M}",
                meeting.code,
                ", ".join(meeting.languages),
                meeting.state.value,
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


def _plain(meeting: Meeting) -> dict[str, Any]:
    return {
        "id": meeting.id,
        "code": meeting.code,
        "link": meeting.link,
        "name": meeting.name,
        "languages": list(meeting.languages),
        "state": meeting.state.value,
        "reason": meeting.reason.value,
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

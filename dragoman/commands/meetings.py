"""`dragoman meetings`: what was attended, and how it ended; and to delete it."""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.errors import UsageError
from domain.meetings import Meeting
from domain.transcripts import REFINED
from dragoman import console, orders, reach
from dragoman.client import Dragoman, Json
from dragoman.commands.keep import delete, expire
from dragoman.commands.options import add_json, no_settings
from dragoman.settings import Settings
from dragoman.store import open_stores

overrides = no_settings


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
    add_json(parser)
    reach.add_options(parser, "look into the database of this data folder only")
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Prints the list, or deletes."""
    if args.action == "delete" and not args.ids:
        raise UsageError("Which meetings?", "Name them: dragoman meetings delete ID")
    if args.action != "delete" and args.ids:
        raise UsageError("Ids are for delete only.", "dragoman meetings delete ID")
    if args.action != "list":
        return _keep(args, settings)
    listed = asyncio.run(_listed(args, settings))
    console.listing(
        listed,
        (
            ("id", lambda each: each["id"][:8]),
            ("began", _began),
            ("meeting", lambda each: each["code"]),
            ("languages", lambda each: ", ".join(each["languages"])),
            ("state", _state),
            ("reason", lambda each: each["reason"]),
        ),
        plain_of=dict,
        as_json=args.json,
        nothing="No meetings yet. Join one: dragoman join LINK --translate es,fr",
    )
    if args.states and not args.json:
        _print_states(listed)
    return 0


def _keep(args: argparse.Namespace, settings: Settings) -> int:
    to = reach.way(args, settings, tell=False)
    if to is not None and not to.own:
        raise UsageError(
            f"What the server at {to.address} keeps is deleted on its own machine.",
            f"There: dragoman meetings {args.action}; for the database here: --here",
        )
    if args.action == "delete":
        return asyncio.run(delete(settings, args.ids, dry=args.dry_run))
    return asyncio.run(expire(settings, dry=args.dry_run))


async def _listed(args: argparse.Namespace, settings: Settings) -> list[Json]:
    """The newest meetings as the server of another folder tells of them; else from the
    database, with the places in the queue, which only a server knows."""
    limit, to = max(args.limit, 1), reach.way(args, settings)
    if to is not None and not to.own:
        async with reach.talking(to) as client:
            return await _from_server(client, limit, states=args.states or args.json)

    async def places(client: Dragoman) -> dict[str, int]:
        return {each["id"]: each["place"] for each in await orders.under_way(client)}

    async def none() -> dict[str, int]:
        return {}

    waiting = await reach.by_server_or_alone(to, places, none)
    return [
        {**each, "place": waiting.get(each["id"], 0)} for each in await _stored(settings, limit)
    ]


async def _from_server(client: Dragoman, limit: int, *, states: bool) -> list[Json]:
    meetings: list[Json] = []
    async for each in client.meetings(limit=min(limit, 100)):
        meetings.append({"refined": "", "states": [], **each})
        if len(meetings) == limit:
            break
    return [{**m, **await client.meeting(m["id"])} for m in meetings] if states else meetings


async def _stored(settings: Settings, limit: int) -> list[Json]:
    async with open_stores(settings) as stores:
        recent = await stores.meetings.recent(limit)
        full = [await stores.meetings.get(meeting.id) for meeting in recent]
        return [
            _plain(meeting, (await stores.facts.facts(meeting.id)).get(REFINED, ""))
            for meeting in full
            if meeting is not None
        ]


def _began(meeting: Json) -> str:
    at = datetime.fromisoformat(meeting["began_at"] or meeting["created_at"])
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _state(meeting: Json) -> str:
    place = f", place {meeting['place']}" if meeting["place"] else ""
    return f"{meeting['state']}{place}" + (f", {REFINED}" if meeting["refined"] else "")


def _print_states(meetings: Sequence[Json]) -> None:
    for meeting in meetings:
        rows = [
            (
                f"{datetime.fromisoformat(step['at']).astimezone():%H:%M:%S}",
                *(step[name] for name in ("state", "reason", "evidence")),
            )
            for step in meeting["states"]
        ]
        console.table(meeting["id"], ("at", "state", "reason", "evidence"), rows)


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

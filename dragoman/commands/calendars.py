"""`dragoman calendars`: which calendars are watched, what is to come, and what is joined."""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.calendars import Decision, PlannedMeeting
from domain.errors import UsageError
from dragoman import console
from dragoman.commands.options import add_json, behind, no_settings
from dragoman.serve.calendars import CalendarParts, open_calendars
from dragoman.serve.fetch import AddressPolicy
from dragoman.serve.keys import Vault, key_file, load_key
from dragoman.settings import Settings
from dragoman.store import private_folder
from scheduler.calendars.google_consent import Client, agreed
from scheduler.calendars.web import Web
from scheduler.desk import Calendars, short_id
from scheduler.rules import BY_CALENDAR
from storage.database import Database

overrides = no_settings

_WORDS = {"approve": Decision.JOIN, "skip": Decision.SKIP, "undecide": Decision.UNDECIDED}


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "calendars", help="calendars whose meetings are joined", description=__doc__
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_json(actions.add_parser("list", help="which are watched, and how they are"))
    _add_new(actions.add_parser("add", help="watch a calendar"))
    gone = actions.add_parser("remove", help="forget a calendar and its events")
    gone.add_argument("calendar", metavar="ID")
    sync = actions.add_parser("sync", help="read calendars now")
    sync.add_argument("calendar", nargs="?", default="", metavar="ID")
    coming = actions.add_parser("coming", help="what is to come, and what will be done about it")
    coming.add_argument("--hours", type=float, default=24, help="how far ahead (default: 24)")
    coming.add_argument("--past", type=float, default=12, help="hours back (default: 12)")
    add_json(coming)
    for word, text in (
        ("approve", "join an event, whatever the rules say"),
        ("skip", "do not join an event"),
        ("undecide", "leave an event to the rules again"),
    ):
        actions.add_parser(word, help=text).add_argument("event", metavar="EVENT")
    for action in actions.choices.values():
        behind(action)
    return parser


def _add_new(new: argparse.ArgumentParser) -> None:
    new.add_argument("kind", choices=["ics", "caldav", "google"])
    new.add_argument("address", nargs="?", default="", help="of ics and caldav; - asks for it")
    new.add_argument("--title", default="", help="default: the calendar's own")
    new.add_argument("--join", choices=list(BY_CALENDAR), default="ask", help="default: ask")
    new.add_argument("--owner", default="", help="the owner's mail addresses, by commas")
    new.add_argument("--zone", default="", help="of times without one")
    new.add_argument("--user", default="", help="for ics and caldav; the password is asked for")
    new.add_argument("--calendar", default="", help="google: its id (default: primary)")
    new.add_argument("--service-account", type=Path, metavar="FILE", help="google: the JSON key")
    new.add_argument("--subject", default="", help="google: on whose behalf")
    new.add_argument("--client", type=Path, metavar="FILE", help="google: a desktop client's JSON")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Does what was asked."""
    asyncio.run(_run(args, settings))
    return 0


async def _run(args: argparse.Namespace, settings: Settings) -> None:
    private_folder(settings.data_dir)
    access = settings.access
    policy = AddressPolicy(access.fetch_hosts, only_listed=access.fetch_listed_only)
    vault = Vault(load_key(key_file(settings)))
    async with Database(settings.database) as database:
        parts = CalendarParts(database, settings.calendar, vault, policy, settings.server.base_url)
        options: Mapping[str, str] = {}
        if args.action == "add":
            options = await _options(args, policy)
        async with open_calendars(parts) as desk:
            await act(args, desk, options)


async def act(
    args: argparse.Namespace, desk: Calendars, options: Mapping[str, str] | None = None
) -> None:
    """One action. Raises UsageError, CalendarError."""
    if args.action == "add":
        calendar_id = await desk.add(args.kind, options or {})
        console.say(f"Calendar {calendar_id} is watched as long as dragoman serve runs.")
    elif args.action == "remove":
        await desk.remove(args.calendar)
        console.say("The calendar and its events are forgotten.")
    elif args.action == "sync":
        await desk.sync(args.calendar)
        _list(await desk.calendars())
    elif args.action == "list":
        _list(await desk.calendars(), as_json=args.json)
    elif args.action == "coming":
        now = datetime.now(UTC)
        window = (now - timedelta(hours=args.past), now + timedelta(hours=args.hours))
        _show(await desk.coming(*window), as_json=args.json)
    else:
        planned = await desk.decide(args.event, _WORDS[args.action], "the command line")
        console.say(f"{_at(planned)} {_title(planned)}: {_fate(planned)}.")


async def _options(args: argparse.Namespace, policy: AddressPolicy) -> dict[str, str]:
    given = ("title", "join", "owner", "zone", "user", "calendar", "subject")
    options = {name: str(getattr(args, name)) for name in given if getattr(args, name)}
    if args.kind != "google":
        options["address"] = _asked("Address: ") if args.address == "-" else args.address
        if args.user:
            options["password"] = _asked("Password: ")
    elif args.service_account is not None:
        options["service_account"] = _read(args.service_account)
    elif args.client is not None:
        options |= await _consent(_read(args.client), policy)
    return options


async def _consent(client_json: str, policy: AddressPolicy) -> dict[str, str]:
    try:
        told = json.loads(client_json)["installed"]
        client = Client(str(told["client_id"]), str(told["client_secret"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            "This is no client of a desktop program.",
            "Make an OAuth client of the type desktop app and download its JSON.",
        ) from error
    async with policy.session() as http:
        token = await agreed(client, Web(http, policy.check), _show_address)
    return {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "refresh_token": token,
    }


def _show_address(address: str) -> None:
    console.say("Open this address in a browser on this machine and agree:")
    console.say(address)


def _asked(prompt: str) -> str:
    """What must not stand on a screen; from a pipe one line."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\n")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read.", "Check its name.") from error


def _list(calendars: Sequence[Mapping[str, object]], *, as_json: bool = False) -> None:
    console.listing(
        calendars,
        (
            ("id", lambda each: each["id"]),
            ("title", lambda each: each["title"]),
            ("where", lambda each: f"{each['kind']} {each['address']}"),
            ("joins", lambda each: each["join"]),
            ("state", _state),
        ),
        plain_of=dict,
        as_json=as_json,
        nothing="No calendars yet. Watch one: dragoman calendars add ics ADDRESS",
    )


def _state(calendar: Mapping[str, object]) -> object:
    read = calendar["synced_at"]
    at = f"read {read.astimezone():%Y-%m-%d %H:%M}" if isinstance(read, datetime) else "new"
    return calendar["error"] or at


def _show(planned: Sequence[PlannedMeeting], *, as_json: bool) -> None:
    console.listing(
        planned,
        (
            ("event", short_id),
            ("start", _at),
            ("title", _title),
            ("what will be done", _fate),
            ("meeting", lambda each: each.meeting_id[:8]),
        ),
        plain_of=_plain,
        as_json=as_json,
        nothing="Nothing is to come. dragoman calendars list tells how the calendars are.",
    )


def _at(planned: PlannedMeeting) -> str:
    return f"{planned.event.start.astimezone():%a %d %b %H:%M}"


def _title(planned: PlannedMeeting) -> str:
    return planned.event.title or "(no title)"


def _fate(planned: PlannedMeeting) -> str:
    if planned.missed:
        return f"missed: {planned.missed}"
    return f"{planned.decision.value}: {planned.why}"


def _plain(planned: PlannedMeeting) -> dict[str, Any]:
    event = planned.event
    return {
        "id": short_id(planned),
        "key": event.key,
        "title": event.title,
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
        "link": event.link,
        "organiser": event.organiser,
        "attendees": list(event.attendees),
        "decision": planned.decision.value,
        "why": planned.why,
        "join_at": planned.join_at.isoformat() if planned.join_at else None,
        "meeting_id": planned.meeting_id,
        "missed": planned.missed,
        "languages": list(planned.languages),
        "deliver_to": list(planned.deliver_to),
    }

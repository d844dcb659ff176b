"""The kinds of calendars: which options each takes, and how it is opened."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.calendars import CalendarRecord, CalendarSource
from domain.errors import UsageError
from domain.links import SITE
from scheduler.calendars.caldav import CalDavSource
from scheduler.calendars.google import BASE, GoogleSource
from scheduler.calendars.google_auth import TOKENS, Access, Consent, service_account
from scheduler.calendars.ics import IcsSource
from scheduler.calendars.reader import Reader
from scheduler.calendars.web import Login, Web
from scheduler.guests import address_of
from scheduler.rules import BY_CALENDAR, JOIN_OPTION

_COMMON = ("title", "owner", "zone", JOIN_OPTION)
_GOOGLES_OWN = re.compile(r"/calendar/ical/([^/]+)/private-")


@dataclass(frozen=True, slots=True)
class Kind:
    """Options by name; what is secret is sealed."""

    plain: tuple[str, ...]
    secret: tuple[str, ...]
    needed: tuple[str, ...]


KINDS = {
    "ics": Kind(("user",), ("address", "password"), ("address",)),
    "caldav": Kind(("address", "user"), ("password",), ("address",)),
    "google": Kind(
        ("calendar", "subject", "client_id"),
        ("service_account", "client_secret", "refresh_token"),
        (),
    ),
}
"""ICS addresses are secret as a whole: many hold a key."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all calendars of an installation share."""

    web: Web
    own: frozenset[str] = frozenset()
    """The bot's own mail addresses."""
    zone: str = "UTC"
    """Of times without a zone, where the calendar has none either."""
    site: str = SITE
    google_api: str = BASE
    google_tokens: str = TOKENS


def sorted_out(kind: str, options: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Plain and secret options, checked. Raises UsageError that names what is wrong."""
    form = _form(kind)
    given = {name: value.strip() for name, value in options.items() if value.strip()}
    known = {*_COMMON, *form.plain, *form.secret}
    for name in given.keys() - known:
        raise UsageError(f"{kind} knows no {name!r}.", f"It takes: {', '.join(sorted(known))}.")
    for name in form.needed:
        if name not in given:
            raise UsageError(f"The calendar's {name} is missing.", f"Give {name}.")
    if "address" in form.plain and "@" in given["address"].partition("://")[2].partition("/")[0]:
        raise UsageError(
            "The address holds a name or a password.", "Give them as user and password: sealed."
        )
    if given.get(JOIN_OPTION, "ask") not in BY_CALENDAR:
        raise UsageError(f"{JOIN_OPTION} is one of {', '.join(BY_CALENDAR)}.")
    if "zone" in given:
        _zone(given["zone"])
    if kind == "google" and not ({"service_account", "refresh_token"} & given.keys()):
        raise UsageError(
            "A Google calendar needs access.",
            "Give service_account (the JSON key), or client_id, client_secret and refresh_token.",
        )
    secret = {name: value for name, value in given.items() if name in form.secret}
    return {name: value for name, value in given.items() if name not in secret}, secret


def shown_address(kind: str, options: Mapping[str, str], secrets: Mapping[str, str]) -> str:
    """Where a calendar is, without what must not be seen."""
    if kind == "google":
        return options.get("calendar", "primary")
    address = options.get("address") or secrets.get("address", "")
    url = urlsplit(address)
    if not url.hostname:
        return ""
    return (
        f"{url.scheme}://{url.hostname}/…"
        if kind == "ics"
        else address.replace(f"{url.username}:{url.password}@", "")
    )


def opened(
    record: CalendarRecord, secrets: Mapping[str, str], around: Surroundings
) -> CalendarSource:
    """The source of a calendar. Raises UsageError for options that make no sense."""
    _form(record.kind)
    options = {**record.options, **secrets}
    reader = Reader(
        calendar_id=record.id,
        site=around.site,
        own=around.own,
        owners=_owners(options),
        zone=_zone(options.get("zone") or around.zone),
    )
    user = options.get("user", "")
    login = Login(user, options.get("password", "")) if user else None
    if record.kind == "ics":
        return IcsSource(options["address"], reader, around.web, login)
    if record.kind == "caldav":
        return CalDavSource(options["address"], reader, around.web, login)
    calendar, access = options.get("calendar", "primary"), _access(options, around)
    return GoogleSource(calendar, reader, around.web, access, base=around.google_api)


def _form(kind: str) -> Kind:
    if kind not in KINDS:
        raise UsageError(f"There is no kind of calendar {kind!r}.", "ics, caldav or google.")
    return KINDS[kind]


def _access(options: Mapping[str, str], around: Surroundings) -> Access:
    if "service_account" in options:
        subject = options.get("subject", "")
        return service_account(
            around.web, options["service_account"], subject, around.google_tokens
        )
    return Consent(
        around.web,
        options.get("client_id", ""),
        options.get("client_secret", ""),
        options["refresh_token"],
        around.google_tokens,
    )


def _owners(options: Mapping[str, str]) -> frozenset[str]:
    told = options.get("owner", "").split(",")
    match = _GOOGLES_OWN.search(options.get("address", ""))
    if match:
        told.append(unquote(match[1]))
    return frozenset({address_of(each) for each in told} - {""})


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"There is no time zone {name[:60]!r}.", "Use one such as Europe/Berlin."
        ) from error

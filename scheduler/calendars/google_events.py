"""Events as Google's API writes them → events."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.calendars import CalendarEvent
from domain.text import clean
from scheduler.calendars.reader import Reader
from scheduler.guests import MOST, among, guest
from scheduler.meet_links import find_link

_INSTANCE = re.compile(r"(.+)_(\d{8}(?:T\d{6}Z)?)$")


def read_event(item: Mapping[str, Any], zone: tzinfo, reader: Reader) -> CalendarEvent | None:
    """An event that is there; None for one that cannot be read."""
    uid, occurrence = identity(item, zone)
    start, end = _moment(item.get("start"), zone), _moment(item.get("end"), zone)
    if not uid or start is None:
        return None
    people = [a for a in _list(item.get("attendees")) if not a.get("resource")][:MOST]
    attendees = [_person(person) for person in people]
    return CalendarEvent(
        calendar_id=reader.calendar_id,
        uid=uid,
        occurrence=occurrence,
        title=clean(str(item.get("summary") or ""), 300),
        start=start,
        end=max(end or start + timedelta(hours=1), start),
        link=find_link(_fields(item), reader.site),
        organiser=_person(_dict(item.get("organizer"))),
        attendees=tuple(person for person in attendees if person),
        cancelled=item.get("status") == "cancelled",
        declined=any(
            _is_owner(p, reader) and p.get("responseStatus") == "declined" for p in people
        ),
        invites_bot=among(reader.own, attendees),
        all_day="dateTime" not in _dict(item.get("start")),
    )


def identity(item: Mapping[str, Any], zone: tzinfo) -> tuple[str, str]:
    """Uid and occurrence, also of a cancelled event of which only the id is told."""
    event_id = str(item.get("id") or "")
    series = str(item.get("recurringEventId") or "")
    original = _moment(item.get("originalStartTime"), zone)
    if series and original is not None:
        return series, original.isoformat()
    match = _INSTANCE.match(event_id)
    if match:
        return match[1], _stamped(match[2], zone).isoformat()
    return event_id, ""


def zone_named(name: object, other: tzinfo) -> tzinfo:
    """A zone by name, or the other one."""
    try:
        return ZoneInfo(str(name)) if name else other
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return other


def _stamped(text: str, zone: tzinfo) -> datetime:
    if "T" in text:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=zone).astimezone(UTC)


def _moment(told: object, zone: tzinfo) -> datetime | None:
    when = _dict(told)
    try:
        if "dateTime" in when:
            found = datetime.fromisoformat(str(when["dateTime"]))
        else:
            found = datetime.strptime(str(when.get("date")), "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone_named(when.get("timeZone"), zone))
    return found.astimezone(UTC)


def _fields(item: Mapping[str, Any]) -> list[str]:
    conference = _dict(item.get("conferenceData"))
    entries = [str(e.get("uri") or "") for e in _list(conference.get("entryPoints"))]
    kind = _dict(_dict(conference.get("conferenceSolution")).get("key")).get("type")
    if kind == "hangoutsMeet":
        entries.append(f"https://meet.google.com/{conference.get('conferenceId') or ''}")
    plain = [str(item.get(name) or "") for name in ("hangoutLink", "location", "description")]
    return [*entries, *plain]


def _is_owner(person: Mapping[str, Any], reader: Reader) -> bool:
    return bool(person.get("self")) or among(reader.owners, [str(person.get("email") or "")])


def _person(person: Mapping[str, Any]) -> str:
    return guest(str(person.get("displayName") or ""), str(person.get("email") or ""))


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []

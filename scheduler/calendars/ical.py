"""iCalendar text → events in a window: recurrence, exceptions, zones, and the people."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import recurring_ical_events
from icalendar import Calendar
from icalendar.timezone import tzp
from x_wr_timezone import to_standard

from domain.calendars import CalendarError, CalendarEvent
from domain.text import clean
from scheduler.calendars.reader import Reader
from scheduler.guests import MOST, address_of, among, guest
from scheduler.meet_links import find_link

Guard = Callable[[], AbstractContextManager[None]]

log = logging.getLogger(__name__)

MOST_EVENTS = 20_000
"""Occurrences of one calendar in a window."""
BUDGET_S = 20.0
"""For all series of a calendar; one that asks for more is refused."""
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
_RECURS = ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_LINK_FIELDS = ("CONFERENCE", "X-GOOGLE-CONFERENCE", "URL", "LOCATION", "DESCRIPTION")
_HTML_FIELDS = ("X-ALT-DESC", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "COMMENT")
MOST_UID = 500
_FOLD = re.compile(r"\r?\n[ \t]")
_UID = re.compile(r"^UID(?:;[^:\r\n]*)?:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\;,])")
_PARSING = threading.Lock()
"""The library keeps the zones of the calendar that it parses in one place."""


def events_in(
    texts: Iterable[str],
    window: tuple[datetime, datetime],
    reader: Reader,
    *,
    guard: Guard = nullcontext,
) -> list[CalendarEvent]:
    """Everything that overlaps the window, by start. Blocks: for a thread, or a process, where
    `guard` may end the reading of a series by raising. Raises CalendarError for what is no
    calendar, or too much of one."""
    found: dict[str, CalendarEvent] = {}
    until_s = time.monotonic() + BUDGET_S
    given = list(texts)
    for text in given:
        for calendar in _parsed(text, lenient=len(given) > 1):
            for event in _events(calendar, window, reader, (until_s, guard)):
                found[event.key] = event
        if len(found) > MOST_EVENTS:
            raise CalendarError(
                "The calendar has too many events.", "Choose one with fewer.", retry=False
            )
    return sorted(found.values(), key=lambda event: (event.start, event.key))


def uids_in(text: str) -> set[str]:
    """The uids of all components in a text, found without reading the rest of it."""
    found = _UID.findall(_FOLD.sub("", text))
    return {_ESCAPED.sub(r"\1", uid).strip()[:MOST_UID] for uid in found}


def _parsed(text: str, *, lenient: bool = False) -> list[Any]:
    with _PARSING:
        tzp.use_zoneinfo()
        try:
            calendars = [c for c in Calendar.from_ical(text, multiple=True) if c.walk("VEVENT")]
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            if lenient:
                log.warning("one of a calendar's files cannot be read")
                return []
            raise CalendarError(
                "What was read is no calendar.",
                "Give the address of an ICS file, not of a page that shows it.",
                retry=False,
            ) from error
    return calendars


def _events(
    calendar: Any,
    window: tuple[datetime, datetime],
    reader: Reader,
    limits: tuple[float, Guard],
) -> Iterable[CalendarEvent]:
    until_s, guard = limits
    zone = _zone(_text(calendar, "X-WR-TIMEZONE")) or reader.zone
    try:
        calendar = to_standard(calendar)
    except Exception:
        log.debug("a calendar's zone could not be applied")
    wide = (window[0] - timedelta(days=2), window[1] + timedelta(days=2))
    for uid, components in _series(calendar).items():
        recurs = any(name in component for component in components for name in _RECURS)
        if time.monotonic() > until_s:
            raise CalendarError(
                "The calendar's series take too long to read.", "Remove odd series from it."
            )
        try:
            with guard() if recurs else nullcontext():
                occurrences = _expanded(components, wide) if recurs else components
            read = [_event(each, uid, recurs, zone, reader) for each in occurrences]
        except Exception as error:
            log.warning("a series of a calendar cannot be read: %s", type(error).__name__)
            continue
        yield from (e for e in read if e is not None and _overlaps(e, window))


def _overlaps(event: CalendarEvent, window: tuple[datetime, datetime]) -> bool:
    return event.start < window[1] and (event.end > window[0] or event.start >= window[0])


def _series(calendar: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for component in calendar.walk("VEVENT"):
        if "DTSTART" in component:
            found.setdefault(_text(component, "UID") or _made_up(component), []).append(component)
    return found


def _made_up(component: Any) -> str:
    return f"{component['DTSTART'].dt.isoformat()} {_text(component, 'SUMMARY')[:80]}"


def _expanded(components: Sequence[Any], wide: tuple[datetime, datetime]) -> list[Any]:
    series = Calendar()
    for component in components:
        rules = component.get("RRULE") or []
        for rule in rules if isinstance(rules, list) else [rules]:
            if _TOO_OFTEN & {str(each).upper() for each in rule.get("FREQ", [])}:
                raise CalendarError("A series repeats too often.", retry=False)
        series.add_component(component)
    query = recurring_ical_events.of(series)
    return list(query.between(wide[0], wide[1]))


def _event(
    component: Any, uid: str, recurs: bool, zone: tzinfo, reader: Reader
) -> CalendarEvent | None:
    began = component["DTSTART"].dt
    start, end = _moment(began, zone), _end(component, began, zone)
    attendees = [_person(each) for each in _all(component, "ATTENDEE")[:MOST]]
    organiser = _person(component["ORGANIZER"]) if "ORGANIZER" in component else ""
    fields = [str(v) for name in _LINK_FIELDS + _HTML_FIELDS for v in _all(component, name)]
    return CalendarEvent(
        calendar_id=reader.calendar_id,
        uid=uid[:MOST_UID],
        occurrence=_occurrence(component, began, zone) if recurs else "",
        title=clean(_text(component, "SUMMARY"), 300),
        start=start,
        end=max(end, start),
        link=find_link(fields, reader.site),
        organiser=organiser,
        attendees=tuple(person for person in attendees if person),
        cancelled=_text(component, "STATUS").upper() == "CANCELLED",
        declined=_declined(component, reader),
        invites_bot=among(reader.own, attendees),
        all_day=not isinstance(began, datetime),
    )


def _end(component: Any, began: date, zone: tzinfo) -> datetime:
    if "DTEND" in component:
        return _moment(component["DTEND"].dt, zone)
    if "DURATION" in component:
        length: timedelta = component["DURATION"].dt
        return _moment(began, zone) + length
    return _moment(began, zone) + timedelta(days=0 if isinstance(began, datetime) else 1)


def _occurrence(component: Any, began: date, zone: tzinfo) -> str:
    original = component.get("RECURRENCE-ID")
    return _moment(original.dt if original is not None else began, zone).isoformat()


def _moment(when: date, zone: tzinfo) -> datetime:
    """In UTC; what names no zone, or an unknown one, is in the calendar's."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day, tzinfo=zone)
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone)
    return when.astimezone(UTC)


def _declined(component: Any, reader: Reader) -> bool:
    return any(
        address_of(str(each)) in reader.owners
        and str(getattr(each, "params", {}).get("PARTSTAT", "")).upper() == "DECLINED"
        for each in _all(component, "ATTENDEE")
    )


def _person(value: Any) -> str:
    params = getattr(value, "params", {})
    if str(params.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"):
        return ""
    return guest(str(params.get("CN", "")), str(params.get("EMAIL", "")) or str(value))


def _all(component: Any, name: str) -> list[Any]:
    value = component.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(component: Any, name: str) -> str:
    values = _all(component, name)
    return str(values[0]) if values else ""


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        with _PARSING:
            return tzp.timezone(name)

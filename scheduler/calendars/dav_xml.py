"""WebDAV's XML: the questions a calendar is asked, and its answers, without foreign entities."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from domain.calendars import CalendarError

DAV = "{DAV:}"
CAL = "{urn:ietf:params:xml:ns:caldav}"
_SPACES = (
    'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'
)
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'

ABOUT = f"""{_HEAD}<d:propfind {_SPACES}><d:prop><d:resourcetype/><d:displayname/><d:sync-token/>
<s:getctag/><d:current-user-principal/><c:calendar-home-set/><c:calendar-user-address-set/>
<c:supported-calendar-component-set/></d:prop></d:propfind>""".encode()


@dataclass(frozen=True, slots=True)
class Part:
    """One resource in an answer."""

    href: str
    status: int
    """Of the resource as such; 200 where only its properties are told."""
    found: dict[str, ElementTree.Element]
    """Properties that are there, by name with namespace."""

    def text(self, name: str) -> str:
        """A property's text."""
        element = self.found.get(name)
        return (element.text or "").strip() if element is not None else ""

    def hrefs(self, name: str) -> list[str]:
        """The addresses within a property."""
        element = self.found.get(name)
        inner = element.iter(f"{DAV}href") if element is not None else ()
        return [(each.text or "").strip() for each in inner]

    def is_calendar(self) -> bool:
        """Whether it is a collection of events."""
        kinds = self.found.get(f"{DAV}resourcetype")
        if kinds is None or kinds.find(f"{CAL}calendar") is None:
            return False
        holds = self.found.get(f"{CAL}supported-calendar-component-set")
        names = [c.get("name", "") for c in holds.iter(f"{CAL}comp")] if holds is not None else []
        return not names or "VEVENT" in names


@dataclass(frozen=True, slots=True)
class Multistatus:
    """An answer about several resources."""

    parts: tuple[Part, ...]
    sync_token: str = ""


def window_query(start: datetime, end: datetime) -> bytes:
    """Asks for all events that overlap a window."""
    return f"""{_HEAD}<c:calendar-query {_SPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{_stamp(start)}" end="{_stamp(end)}"/>
</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>""".encode()


def changes_query(token: str) -> bytes:
    """Asks which resources changed since a token."""
    return f"""{_HEAD}<d:sync-collection {_SPACES}><d:sync-token>{escape(token)}</d:sync-token>
<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>""".encode()


def several_query(hrefs: Sequence[str]) -> bytes:
    """Asks for resources by their addresses."""
    wanted = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    return f"""{_HEAD}<c:calendar-multiget {_SPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop>
{wanted}</c:calendar-multiget>""".encode()


def read(body: bytes) -> Multistatus:
    """An answer's content. Raises CalendarError for what is none; documents that define
    entities or types are refused as they stand."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body or body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CalendarError("The calendar's server sends XML that is not read.", retry=False)
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise CalendarError(
            "What answers at this address is no CalDAV server.", "Check the address.", retry=False
        ) from error
    token = root.findtext(f"{DAV}sync-token") or ""
    return Multistatus(tuple(_parts(root)), token.strip())


def _parts(root: ElementTree.Element) -> Iterator[Part]:
    for response in root.iter(f"{DAV}response"):
        found: dict[str, ElementTree.Element] = {}
        for group in response.iter(f"{DAV}propstat"):
            if _status(group) == 200:
                for holder in group.iter(f"{DAV}prop"):
                    found.update((each.tag, each) for each in holder)
        href = (response.findtext(f"{DAV}href") or "").strip()
        yield Part(href, _status(response), found)


def _status(element: ElementTree.Element) -> int:
    words = (element.findtext(f"{DAV}status") or "HTTP/1.1 200").split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 200


def _stamp(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"

"""A CalDAV calendar: what changed since a sync token, or everything in the window."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit

from yarl import URL

from domain.calendars import CalendarChanges, CalendarError, CalendarEvent
from domain.engines import Health
from domain.errors import DragomanError
from scheduler.calendars import dav_xml
from scheduler.calendars.dav_xml import CAL, DAV, Multistatus, Part
from scheduler.calendars.expand import expanded
from scheduler.calendars.ical import uids_in
from scheduler.calendars.reader import Reader
from scheduler.calendars.web import Answer, Login, Web, refused
from scheduler.guests import address_of

_CTAG = "{http://calendarserver.org/ns/}getctag"
_AT_ONCE = 50
_ROUNDS = 50
_FORGOTTEN = (403, 409, 410, 412, 507)
"""Answers of servers that no longer know a token."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The calendar's own address, and its properties."""

    url: str
    about: Part


@dataclass(slots=True)
class _Cursor:
    token: str = ""
    ctag: str = ""
    uids: dict[str, list[str]] = field(default_factory=dict)
    """Resource -> the uids in it."""


class CalDavSource:
    """The CalendarSource port for a CalDAV calendar, found from its own address, or from a
    server's where there is one calendar only."""

    def __init__(self, address: str, reader: Reader, web: Web, login: Login | None = None) -> None:
        self._address = address.strip()
        self._reader = reader
        self._web = web
        self._login = login
        self._place: _Place | None = None

    async def health(self) -> Health:
        """Whether it can be read."""
        try:
            place = await self._found()
        except DragomanError as error:
            return Health(False, error.message, error.remedy)
        return Health(True, place.about.text(f"{DAV}displayname") or "a calendar")

    async def sync(self, cursor: str, start: datetime, end: datetime) -> CalendarChanges:
        """What changed since the cursor; everything where the server cannot tell."""
        place = await self._found()
        about = await self._about(place.url)
        now = _Cursor(about.text(f"{DAV}sync-token"), about.text(_CTAG))
        known = _read(cursor)
        if known is None:
            return await self._everything(place, now, start, end)
        if now.token and known.token:
            if now.token == known.token:
                return CalendarChanges((), cursor=cursor)
            changes = await self._changes(place, known, start, end)
            return changes or await self._everything(place, now, start, end)
        if now.ctag and now.ctag == known.ctag:
            return CalendarChanges((), cursor=cursor)
        return await self._everything(place, now, start, end)

    async def aclose(self) -> None:
        """There is nothing to give back."""

    async def _everything(
        self, place: _Place, now: _Cursor, start: datetime, end: datetime
    ) -> CalendarChanges:
        answer = await self._report(place.url, dav_xml.window_query(start, end))
        if answer.status != 207:
            raise refused(answer)
        texts = _texts(dav_xml.read(answer.body))
        events = await self._events(list(texts.values()), (start, end))
        now.uids = await asyncio.to_thread(_uids, texts)
        return CalendarChanges(events, full=True, cursor=_written(now))

    async def _changes(
        self, place: _Place, known: _Cursor, start: datetime, end: datetime
    ) -> CalendarChanges | None:
        """None where the token is no longer known."""
        changed: dict[str, bool] = {}
        token = known.token
        for _ in range(_ROUNDS):
            answer = await self._report(place.url, dav_xml.changes_query(token))
            if answer.status in _FORGOTTEN or answer.status in (400, 404, 405, 501):
                return None
            if answer.status != 207:
                raise refused(answer)
            page = dav_xml.read(answer.body)
            own = _path(place.url)
            more = any(p.status == 507 and _path(p.href) == own for p in page.parts)
            for part in page.parts:
                if _path(part.href) != own and part.href:
                    changed[_path(part.href)] = part.status != 404
            if not page.sync_token or (more and page.sync_token == token):
                return None
            token = page.sync_token
            if not more:
                return await self._read(place, replace(known, token=token), changed, (start, end))
        return None

    async def _read(
        self,
        place: _Place,
        now: _Cursor,
        changed: dict[str, bool],
        window: tuple[datetime, datetime],
    ) -> CalendarChanges:
        series = {uid for path in changed for uid in now.uids.get(path, ())}
        there = [path for path, still in changed.items() if still]
        texts: dict[str, str] = {}
        for n in range(0, len(there), _AT_ONCE):
            query = dav_xml.several_query([quote(p) for p in there[n : n + _AT_ONCE]])
            answer = await self._report(place.url, query)
            if answer.status != 207:
                raise refused(answer)
            texts |= _texts(dav_xml.read(answer.body))
        fresh = await asyncio.to_thread(_uids, texts)
        kept = {path: uids for path, uids in now.uids.items() if path not in changed}
        events = await self._events(list(texts.values()), window)
        series |= {uid for uids in fresh.values() for uid in uids}
        cursor = _written(_Cursor(now.token, "", kept | fresh))
        return CalendarChanges(events, series=sorted(series), cursor=cursor)

    async def _events(
        self, texts: list[str], window: tuple[datetime, datetime]
    ) -> list[CalendarEvent]:
        return await expanded(texts, window, self._reader)

    async def _report(self, url: str, query: bytes) -> Answer:
        return await self._asked("REPORT", url, "1", query)

    async def _asked(self, method: str, url: str, depth: str, body: bytes) -> Answer:
        headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        return await self._web.ask(method, url, headers=headers, data=body, login=self._login)

    async def _found(self) -> _Place:
        if self._place is None:
            self._place = await self._sought()
            self._reader = self._reader_of(self._place.about)
        return self._place

    async def _sought(self) -> _Place:
        address, tried = self._address, list[str]()
        for _ in range(3):
            tried.append(address)
            about = await self._about(address)
            if about.is_calendar():
                return _Place(address, about)
            homes = about.hrefs(f"{CAL}calendar-home-set")
            if homes:
                return await self._only_one(_joined(address, homes[0]))
            principals = about.hrefs(f"{DAV}current-user-principal")
            following = _joined(address, principals[0]) if principals else ""
            if not following or following in tried:
                return await self._only_one(address)
            address = following
        return await self._only_one(address)

    async def _only_one(self, home: str) -> _Place:
        answer = await self._asked("PROPFIND", home, "1", dav_xml.ABOUT)
        if answer.status != 207:
            raise refused(answer)
        found = [p for p in dav_xml.read(answer.body).parts if p.is_calendar()]
        if len(found) == 1:
            return _Place(_joined(home, found[0].href), found[0])
        if not found:
            raise CalendarError(
                "There is no calendar at this address.", "Give the calendar's own.", retry=False
            )
        names = ", ".join(_joined(home, part.href) for part in found[:10])
        raise CalendarError(
            f"There are {len(found)} calendars.", f"Choose one: {names}", retry=False
        )

    async def _about(self, url: str) -> Part:
        answer = await self._asked("PROPFIND", url, "0", dav_xml.ABOUT)
        if answer.status != 207:
            raise refused(answer)
        parts = dav_xml.read(answer.body).parts
        if not parts:
            raise CalendarError("The server tells nothing of this address.", retry=False)
        return parts[0]

    def _reader_of(self, about: Part) -> Reader:
        """With the addresses that the server, or the login, tells of the owner."""
        told = about.hrefs(f"{CAL}calendar-user-address-set")
        if self._login is not None:
            told.append(self._login.user)
        owners = {address_of(each) for each in told} - {""}
        return replace(self._reader, owners=self._reader.owners | owners)


def _joined(base: str, href: str) -> str:
    """An address that the server names, of the server's own house: the password goes there."""
    home = URL(base)
    url = home.join(URL(href, encoded=True))
    if url.origin() == home.origin():
        return str(url)
    house = [(each.host or "").split(".")[-2:] for each in (home, url)]
    if url.scheme != "https" or house[0] != house[1] or (home.host or "")[-1:].isdigit():
        raise CalendarError(
            f"{home.host} leads to {url.host}.", "Give the calendar's own address.", retry=False
        )
    return str(url)


def _path(href: str) -> str:
    return unquote(urlsplit(href).path)


def _texts(answer: Multistatus) -> dict[str, str]:
    data = f"{CAL}calendar-data"
    found = {_path(part.href): part.text(data) for part in answer.parts}
    return {path: text for path, text in found.items() if text}


def _uids(texts: dict[str, str]) -> dict[str, list[str]]:
    return {path: sorted(uids_in(text)) for path, text in texts.items()}


def _read(cursor: str) -> _Cursor | None:
    try:
        plain = json.loads(cursor)
        return _Cursor(plain["token"], plain["ctag"], plain["uids"])
    except (ValueError, KeyError, TypeError):
        return None


def _written(cursor: _Cursor) -> str:
    return json.dumps({"token": cursor.token, "ctag": cursor.ctag, "uids": cursor.uids})

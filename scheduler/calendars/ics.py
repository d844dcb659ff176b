"""Any ICS address: fetched again only where it changed."""

import asyncio
import hashlib
import json
import zlib
from datetime import datetime

from yarl import URL

from domain.calendars import CalendarChanges, CalendarError
from domain.engines import Health
from domain.errors import DragomanError
from scheduler.calendars.expand import expanded
from scheduler.calendars.reader import Reader
from scheduler.calendars.web import MAX_BYTES, Answer, Login, Web, refused


class IcsSource:
    """The CalendarSource port for an ICS file; webcal:// is read as https://."""

    def __init__(self, address: str, reader: Reader, web: Web, login: Login | None = None) -> None:
        self._address = plain_address(address)
        self._reader = reader
        self._web = web
        self._login = login

    async def health(self) -> Health:
        """Whether it can be read."""
        try:
            answer = await self._fetched({})
        except DragomanError as error:
            return Health(False, error.message, error.remedy)
        return Health(True, f"{len(answer.body)} bytes")

    async def sync(self, cursor: str, start: datetime, end: datetime) -> CalendarChanges:
        """Everything in the window, or nothing where the file is as it was at the cursor."""
        known = _known(cursor)
        answer = await self._fetched(_conditions(known))
        if answer.status == 304:
            return CalendarChanges((), cursor=cursor)
        digest = hashlib.sha256(answer.body).hexdigest()
        fresh = json.dumps(
            {
                "etag": answer.headers.get("etag", ""),
                "modified": answer.headers.get("last-modified", ""),
                "sha256": digest,
            }
        )
        if known.get("sha256") == digest:
            return CalendarChanges((), cursor=fresh)
        charset = answer.headers.get("content-type", "")
        text = await asyncio.to_thread(decoded, answer.body, charset)
        events = await expanded([text], (start, end), self._reader)
        return CalendarChanges(events, full=True, cursor=fresh)

    async def aclose(self) -> None:
        """There is nothing to give back."""

    async def _fetched(self, headers: dict[str, str]) -> Answer:
        accept = {"Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1"}
        answer = await self._web.ask(
            "GET", self._address, headers=accept | headers, login=self._login
        )
        if answer.status not in (200, 304):
            raise refused(answer)
        return answer


def plain_address(address: str) -> str:
    """The address that is fetched."""
    url = URL(address.strip())
    if url.scheme in ("webcal", "webcals"):
        # A scheme that yarl does not know keeps no default port.
        return "https" + address.strip()[len(url.scheme) :]
    return str(url)


def decoded(body: bytes, content_type: str = "") -> str:
    """The text of a file: unpacked, in whatever encoding it says, or seems, to have."""
    if body[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        try:
            body = unpacker.decompress(body, MAX_BYTES)
        except zlib.error as error:
            raise CalendarError("The calendar's file is damaged.", retry=False) from error
        if unpacker.unconsumed_tail:
            raise CalendarError("The calendar's file is too large.", retry=False)
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    said = content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    for encoding in ("utf-8-sig", said):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("cp1252", "replace")


def _known(cursor: str) -> dict[str, str]:
    try:
        known = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _conditions(known: dict[str, str]) -> dict[str, str]:
    conditions = {}
    if known.get("etag"):
        conditions["If-None-Match"] = known["etag"]
    if known.get("modified"):
        conditions["If-Modified-Since"] = known["modified"]
    return conditions

"""Google Calendar, API version 3: whole windows first, then what changed since a sync token."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import quote, urlencode

from domain.calendars import CalendarChanges, CalendarError, CalendarEvent
from domain.engines import Health
from domain.errors import DragomanError
from scheduler.calendars.google_auth import Access, told_by
from scheduler.calendars.google_events import identity, read_event, zone_named
from scheduler.calendars.reader import Reader
from scheduler.calendars.web import Answer, Web, backed_off_s, refused, retry_after_s

BASE = "https://www.googleapis.com/calendar/v3"
TRIES = 5
LONGEST_WAIT_S = 60.0
"""A server that asks for more patience is asked at the next poll."""
_PAGES = 200
_SLOW = ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED")


class TokenGone(CalendarError):
    """The sync token is no longer good: everything is asked for again."""


class GoogleSource:
    """The CalendarSource port for a Google calendar, such as `primary` or a mail address."""

    def __init__(
        self,
        calendar: str,
        reader: Reader,
        web: Web,
        access: Access,
        *,
        base: str = BASE,
    ) -> None:
        self._address = f"{base}/calendars/{quote(calendar, safe='')}/events"
        self._reader = reader
        self._web = web
        self._access = access
        self._rng = random.Random()

    async def health(self) -> Health:
        """Whether it can be read."""
        try:
            told = await self._told({"maxResults": "1"})
        except DragomanError as error:
            return Health(False, error.message, error.remedy)
        return Health(True, str(told.get("summary") or "a calendar"))

    async def sync(self, cursor: str, start: datetime, end: datetime) -> CalendarChanges:
        """What changed since the cursor; everything in the window without one, or where Google
        no longer knows it."""
        if cursor:
            try:
                return await self._read({"syncToken": cursor}, full=False)
            except TokenGone:
                pass
        window = {"timeMin": _stamp(start), "timeMax": _stamp(end)}
        return await self._read(window, full=True)

    async def aclose(self) -> None:
        """There is nothing to give back."""

    async def _read(self, asked: Mapping[str, str], *, full: bool) -> CalendarChanges:
        events: dict[str, CalendarEvent] = {}
        gone: dict[str, None] = {}
        page = ""
        for _ in range(_PAGES):
            parameters = {"singleEvents": "true", "maxResults": "2500", **asked}
            if page:
                parameters["pageToken"] = page
            told = await self._told(parameters)
            zone = zone_named(told.get("timeZone"), self._reader.zone)
            for item in told.get("items") or ():
                self._take(item, zone, events, gone)
            page = str(told.get("nextPageToken") or "")
            if not page:
                token = str(told.get("nextSyncToken") or "")
                return CalendarChanges(
                    list(events.values()), gone=list(gone), full=full, cursor=token
                )
        raise CalendarError("The calendar has too many pages.", retry=False)

    def _take(
        self,
        item: Mapping[str, Any],
        zone: tzinfo,
        events: dict[str, CalendarEvent],
        gone: dict[str, None],
    ) -> None:
        if item.get("status") == "cancelled":
            uid, occurrence = identity(item, zone)
            key = f"{self._reader.calendar_id}/{uid}/{occurrence}"
            events.pop(key, None)
            gone[key] = None
            return
        event = read_event(item, zone, self._reader)
        if event is not None:
            events[event.key] = event
            gone.pop(event.key, None)

    async def _told(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        address = f"{self._address}?{urlencode(parameters)}"
        fresh = refreshed = False
        for attempt in range(1, TRIES + 1):
            token = await self._access.token(fresh=fresh)
            answer = await self._web.ask(
                "GET", address, headers={"Authorization": f"Bearer {token}"}
            )
            told = told_by(answer)
            if answer.status == 200:
                return told
            fresh = answer.status == 401 and not refreshed
            if fresh:
                refreshed = True
            elif not _busy(answer, told) or attempt == TRIES:
                raise _refused(answer, parameters)
            else:
                await self._wait(answer, attempt)
        raise _refused(answer, parameters)

    async def _wait(self, answer: Answer, attempt: int) -> None:
        asked_s = retry_after_s(answer)
        if asked_s is not None and asked_s > LONGEST_WAIT_S:
            raise CalendarError(
                f"Google asks to wait {asked_s:.0f} s.", "It is asked again at the next poll."
            )
        await self._web.sleep(max(asked_s or 0.0, backed_off_s(attempt, self._rng)))


def _busy(answer: Answer, told: Mapping[str, Any]) -> bool:
    if answer.status == 429 or answer.status >= 500:
        return True
    error = told.get("error")
    reasons = error.get("errors", ()) if isinstance(error, Mapping) else ()
    return answer.status == 403 and any(
        isinstance(each, Mapping) and each.get("reason") in _SLOW for each in reasons
    )


def _refused(answer: Answer, parameters: Mapping[str, str]) -> CalendarError:
    if answer.status == 410 and "syncToken" in parameters:
        return TokenGone("Google no longer knows the sync token.")
    if answer.status in (401, 403):
        return CalendarError(
            f"Google refuses access to the calendar ({answer.status}).",
            "Share the calendar with this account, or give the consent again.",
            retry=False,
        )
    return refused(answer)


def _stamp(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

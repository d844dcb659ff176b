"""Speaks the documented JSON of Google's calendar API and token server."""

import json
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

PAGE = 2
"""Events on a page, whatever is asked for."""


class GoogleStandIn:
    """One calendar. `faults` are answered, one each, before anything else is."""

    def __init__(self, page: int = PAGE) -> None:
        self.page = page
        self.zone = "Europe/Berlin"
        self.items: dict[str, dict[str, Any]] = {}
        self.faults: deque[tuple[int, dict[str, Any], dict[str, str]]] = deque()
        self.asked: list[Mapping[str, str]] = []
        self.grants: list[Mapping[str, str]] = []
        self.granted = 0
        self.refuse_grants = ""
        self._changes: list[str] = []
        self._oldest = 0
        self.app = web.Application()
        self.app.router.add_get("/calendar/v3/calendars/{calendar}/events", self._events)
        self.app.router.add_post("/token", self._token)

    def put(self, item: dict[str, Any]) -> None:
        """Adds or changes an event."""
        self.items[item["id"]] = {"status": "confirmed", **item}
        self._changes.append(item["id"])

    def cancel(self, event_id: str) -> None:
        """Deletes an event: only its id stays."""
        self.items[event_id] = {"id": event_id, "status": "cancelled"}
        self._changes.append(event_id)

    def forget_tokens(self) -> None:
        """Sync tokens given out so far are answered with 410."""
        self._oldest = len(self._changes) + 1
        self._changes.append("")

    def revoke(self) -> None:
        """The access token given out last is answered with 401."""
        self.granted += 1000

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.grants.append(form)
        if self.refuse_grants:
            return web.json_response({"error": self.refuse_grants}, status=400)
        self.granted += 1
        told: dict[str, Any] = {"access_token": f"token-{self.granted}", "expires_in": 3600}
        if form.get("grant_type") == "authorization_code":
            told["refresh_token"] = "refresh-me"
        return web.json_response(told)

    async def _events(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        self.asked.append(query)
        if self.faults:
            status, body, headers = self.faults.popleft()
            return web.json_response(body, status=status, headers=headers)
        if request.headers.get("Authorization") != f"Bearer token-{self.granted}":
            return _error(401, "authError")
        if "syncToken" in query and {"timeMin", "timeMax", "orderBy", "q"} & query.keys():
            return _error(400, "badRequest")
        if "syncToken" in query and int(query["syncToken"]) < self._oldest:
            return _error(410, "fullSyncRequired")
        return web.json_response(self._page(query))

    def _page(self, query: Mapping[str, str]) -> dict[str, Any]:
        if "syncToken" in query:
            ids = dict.fromkeys(self._changes[int(query["syncToken"]) :])
            found = [self.items[event_id] for event_id in ids if event_id]
        else:
            found = [item for item in self.items.values() if _within(item, query)]
        first = int(query.get("pageToken", "0"))
        told: dict[str, Any] = {"summary": "Team", "timeZone": self.zone}
        told["items"] = found[first : first + self.page]
        if first + self.page < len(found):
            told["nextPageToken"] = str(first + self.page)
        else:
            told["nextSyncToken"] = str(len(self._changes))
        return told


def _within(item: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    if item["status"] == "cancelled" or "timeMin" not in query:
        return bool(item["status"] != "cancelled")
    start, end = item["start"].get("dateTime"), item["end"].get("dateTime")
    if start is None:
        return True
    low, high = (datetime.fromisoformat(query[name]) for name in ("timeMin", "timeMax"))
    return bool(datetime.fromisoformat(start) < high and datetime.fromisoformat(end) > low)


def _error(status: int, reason: str) -> web.Response:
    body = {"error": {"code": status, "errors": [{"reason": reason}], "message": reason}}
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")


def rate_limited(status: int = 403, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    """A fault: too many requests."""
    errors = [{"domain": "usageLimits", "reason": "rateLimitExceeded"}]
    return status, {"error": {"code": status, "errors": errors}}, headers

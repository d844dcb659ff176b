"""Serves one ICS file as web servers do: entity tags, packing, redirects, refusals."""

import hashlib
from collections.abc import Mapping
from typing import Any

from aiohttp import web

CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//stand-in//EN\r\n{}END:VCALENDAR\r\n"


def ics_event(uid: str, **properties: str) -> str:
    """One VEVENT; `__` in a name stands for a semicolon, `_` for a dash, and a value that
    begins with a colon-less parameter list is written as it is."""
    lines = [f"UID:{uid}"]
    for name, value in properties.items():
        head = name.replace("__", ";").replace("_", "-")
        lines.append(f"{head}{value}" if value.startswith(";") else f"{head}:{value}")
    body = "".join(f"{line}\r\n" for line in lines)
    return f"BEGIN:VEVENT\r\n{body}END:VEVENT\r\n"


class IcsStandIn:
    """What is served may be changed at any time; requests are noted."""

    def __init__(self, body: bytes = b"") -> None:
        self.body = body
        self.status = 200
        self.headers: dict[str, str] = {"Content-Type": "text/calendar; charset=utf-8"}
        self.asked: list[Mapping[str, str]] = []
        self.tagged = True
        self.redirect = ""
        self.app = web.Application()
        self.app.router.add_get("/calendar.ics", self._calendar)
        self.app.router.add_get("/moved.ics", self._moved)

    def put(self, *events: str) -> None:
        """Serves these events."""
        self.body = CALENDAR.format("".join(events)).encode()

    async def _calendar(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.headers))
        headers: dict[str, Any] = dict(self.headers)
        if self.status != 200:
            return web.Response(status=self.status)
        tag = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        if self.tagged:
            headers["ETag"] = tag
            if request.headers.get("If-None-Match") == tag:
                return web.Response(status=304, headers={"ETag": tag})
        return web.Response(body=self.body, headers=headers)

    async def _moved(self, _request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": self.redirect})

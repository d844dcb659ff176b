"""What a viewer may ask of the bot: another look of its picture, and to leave."""

import json
from collections.abc import Mapping
from typing import Protocol

from aiohttp import web

from domain.errors import UsageError
from web.access import HEADERS, Access, problem
from web.routes import Handler

LIMIT = 1024
"""Longest body of a request, in bytes."""

FIELDS = ("layout", "theme", "large", "show_original", "languages", "link", "short")
FLAGS = ("large", "show_original")
TEXTS = ("link", "short")
"""Addresses of the viewers' page; the server tells them."""


class Controls(Protocol):
    """Whoever can do what the viewers ask."""

    def leave(self) -> None:
        """Makes the bot leave; asking again changes nothing."""
        ...

    def look(self, changes: Mapping[str, object]) -> None:
        """Changes some of `FIELDS` at once, or nothing; `languages` are those that are
        translated into. Raises UsageError for a wrong value."""
        ...

    def pause(self, paused: bool) -> None:
        """Makes the bot stop listening without leaving, or go on."""
        ...

    async def evidence(self) -> str:
        """Keeps what the bot's page looks like now; the evidence's id. Raises UsageError where
        there is no page."""
        ...


class ControlRoutes:
    """Serves POST /live/leave, …/look, …/pause and …/evidence, each with a JSON object as body."""

    def __init__(self, controls: Controls, access: Access) -> None:
        self._controls = controls
        self._access = access

    def add_routes(self, app: web.Application) -> None:
        """Puts the routes into an application."""
        app.router.add_post("/live/leave", self._access.commanding(_told(self._leave)))
        app.router.add_post("/live/look", self._access.commanding(_told(self._look)))
        app.router.add_post("/live/pause", self._access.commanding(_told(self._pause)))
        app.router.add_post("/live/evidence", self._access.commanding(_told(self._evidence)))

    async def _leave(self, request: web.Request) -> web.Response:
        await _read(request)
        self._controls.leave()
        return web.json_response({"status": "leaving"}, status=202, headers=HEADERS)

    async def _look(self, request: web.Request) -> web.Response:
        changes = await _read(request)
        _check(changes)
        self._controls.look(changes)
        return web.Response(status=204, headers=HEADERS)

    async def _pause(self, request: web.Request) -> web.Response:
        paused = (await _read(request)).get("paused")
        if not isinstance(paused, bool):
            raise UsageError("It is not said what to do.", 'Send {"paused": true} or false.')
        self._controls.pause(paused)
        return web.Response(status=204, headers=HEADERS)

    async def _evidence(self, request: web.Request) -> web.Response:
        await _read(request)
        kept = await self._controls.evidence()
        return web.json_response({"id": kept}, status=201, headers=HEADERS)


def _told(handler: Handler) -> Handler:
    """The handler with an answer for what makes no sense."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            return problem(415, "This is no JSON.", "Send Content-Type: application/json.")
        try:
            return await handler(request)
        except UsageError as error:
            return problem(400, error.message, error.remedy)
        except web.HTTPRequestEntityTooLarge:
            return problem(413, "This is too long.", f"Send {LIMIT} bytes at most.")

    return answer


async def _read(request: web.Request) -> dict[str, object]:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LIMIT:
            raise web.HTTPRequestEntityTooLarge(LIMIT, len(body))
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise UsageError("The body is not a JSON object.", 'Such as: {"theme": "dark"}')
    return given


def _check(changes: Mapping[str, object]) -> None:
    known = f"Known: {', '.join(FIELDS)}."
    if not changes:
        raise UsageError("Nothing is to be changed.", known)
    for field, value in changes.items():
        if field not in FIELDS:
            raise UsageError(f"Unknown field {field!r}.", known)
        if field in FLAGS and not isinstance(value, bool):
            raise UsageError(f"Unknown value of {field}.", "Known: true, false.")
        if field in TEXTS and not _is_address(value):
            raise UsageError(f"Unknown value of {field}.", "Give an address, or nothing.")


def _is_address(value: object) -> bool:
    return value == "" or (isinstance(value, str) and value.startswith(("http://", "https://")))

"""Answers to what cannot be done: a page for people, problem+json for programs."""

import logging
import math
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from domain.errors import DragomanError
from web.problems import problem
from web.routes import Handler
from web.templating import render

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong, and what to do."""

    status: int
    title: str
    detail: str = ""
    wait_s: float = 0.0
    """Trying again helps after so long."""


NOT_FOUND = Refusal(404, "There is no such page.", "Check the address, or start at the first page.")
MALFORMED = Refusal(400, "This cannot be read.", "Send it as the form or the API does.")
TOO_LARGE = Refusal(413, "This is too large.", "Send less at a time.")
BROKEN = Refusal(500, "Something went wrong here.", "Try again; the server's log tells more.")


def refused(request: web.Request, refusal: Refusal, *, for_people: bool) -> web.Response:
    """The answer."""
    headers = {}
    if refusal.wait_s:
        headers["Retry-After"] = str(math.ceil(refusal.wait_s))
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="dragoman"'
    if for_people:
        made = render(request, "auth/refused.html", refusal.status, refusal=refusal)
        made.headers.update(headers)
        return made
    return problem(refusal.status, refusal.title, refusal.detail, headers=headers)


def wants_page(request: web.Request) -> bool:
    """Whether a browser asks that shows what it gets."""
    return "text/html" in request.headers.get("Accept", "")


async def answer(request: web.Request, handler: Handler, *, for_people: bool) -> web.StreamResponse:
    """The handler's answer; what it raises becomes one that fits who asked."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        made = refused(request, _of(error), for_people=for_people)
        if "Allow" in error.headers:
            made.headers["Allow"] = error.headers["Allow"]
        return made
    except DragomanError as error:
        status = 503 if error.retry else 400
        told = Refusal(status, error.message, error.remedy, 5.0 if error.retry else 0.0)
        return refused(request, told, for_people=for_people)
    except Exception:
        if request.transport is None or _begun(request):
            raise
        log.exception("a request failed: %s %s", request.method, _route(request))
        return refused(request, BROKEN, for_people=for_people)


def _of(error: web.HTTPException) -> Refusal:
    if error.status == HTTPStatus.NOT_FOUND:
        return NOT_FOUND
    if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TOO_LARGE
    return Refusal(error.status, f"{error.reason}.")


def _begun(request: web.Request) -> bool:
    """Whether an answer is on its way already, so that no other can be sent."""
    return request.writer.output_size > 0


def _route(request: web.Request) -> str:
    """The route without what stands in the address: that may be secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"

"""Answers to forms and scripts: where to go next, or what went wrong."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

from domain.errors import DragomanError, UsageError
from web import problems
from web.routes import Handler
from web.templating import HEADERS, render

T = TypeVar("T")

LONGEST = 20_000
"""Characters of a posted field; the rest is cut off."""


def wants_json(request: web.Request) -> bool:
    """Whether one of our scripts asks."""
    return "application/json" in request.headers.get("Accept", "")


def told(handler: Handler) -> Handler:
    """The handler; what it refuses is told to people as a page, to scripts as a problem."""

    async def telling(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except DragomanError as error:
            status = 503 if error.retry else 404 if request.method == "GET" else 422
            if wants_json(request):
                return problem(status, error)
            back = request.path.rpartition("/")[0] or "/"
            return render(request, "pages/error.html", status, error=error, back=back)

    return telling


def problem(status: int, error: DragomanError) -> web.Response:
    """What went wrong, for a script that shows it."""
    return problems.problem(status, error.message, error.remedy, headers=HEADERS)


def done(request: web.Request, address: str, **values: object) -> web.Response:
    """To another page after a form, or values for a script."""
    if wants_json(request):
        return web.json_response(values, headers=HEADERS)
    return web.Response(status=303, headers={**HEADERS, "Location": address})


async def fields(request: web.Request) -> dict[str, str]:
    """The text fields of a posted form; of several with one name the first."""
    posted = await request.post()
    return {key: str(posted[key])[:LONGEST] for key in posted if isinstance(posted[key], str)}


async def chosen(request: web.Request, name: str) -> tuple[str, ...]:
    """All values that were ticked under one name."""
    posted = await request.post()
    return tuple(str(each)[:100] for each in posted.getall(name, []))


def needed(values: dict[str, str], name: str, what: str) -> str:
    """A field that must be filled in. Raises UsageError."""
    value = values.get(name, "").strip()
    if not value:
        raise UsageError(f"{what} is missing.", "Fill it in and send it again.")
    return value


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A part of a page, or why it cannot be shown; the others are shown all the same."""

    value: T | None = None
    error: DragomanError | None = None


async def part(work: Awaitable[T]) -> Part[T]:
    """Waits for a part."""
    try:
        return Part(await work)
    except DragomanError as error:
        return Part(error=error)

"""Every route of the server in tables: which handler, and who may use it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Needs(StrEnum):
    """What somebody must have to use a route."""

    NOTHING = "nothing"
    """Sign-in page, health of the process, static files: named one by one in a test."""
    LINK = "link"
    """A signed viewer link for the meeting, or an account that may read."""
    VIEWER = "viewer"
    OPERATOR = "operator"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Route:
    """One route."""

    method: str
    """GET, POST, PUT, PATCH or DELETE; GET serves HEAD too."""
    path: str
    handler: Handler
    needs: Needs
    page: bool = False
    """For people: who is not signed in is led to the sign-in page instead of a problem."""
    max_bytes: int = 0
    """The largest request; 0 for the server's usual limit."""
    guessable: bool = False
    """Open to everybody who knows a short code: requests of each address are counted."""


ROUTES: web.AppKey[dict[tuple[str, str], Route]] = web.AppKey("routes", dict)
"""(method, canonical path) -> route. What is not in it is refused by the guard."""


def add_routes(app: web.Application, routes: Sequence[Route]) -> None:
    """Registers the handlers and what each of them needs."""
    table = app.setdefault(ROUTES, {})
    for route in routes:
        if route.method == "GET":
            added = app.router.add_get(route.path, route.handler)
        else:
            added = app.router.add_route(route.method, route.path, route.handler)
        assert added.resource is not None
        table[(route.method, added.resource.canonical)] = route

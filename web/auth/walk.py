"""Walks over every route of an application and tells which of them is not guarded.

    assert await holes(routes, Doors(address, opened, tokens, cookies)) == []

The application is served for real; the walk only asks, and nothing that it asks for is done:
who asks has no right to it, or asks from another page.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientSession

from domain.accounts import Role
from web.auth.headers import HEADERS
from web.auth.site import SAFE
from web.routes import Needs, Route

NEEDED = {Needs.VIEWER: Role.VIEWER, Needs.OPERATOR: Role.OPERATOR, Needs.OWNER: Role.OWNER}


@dataclass(frozen=True, slots=True)
class Doors:
    """What the walk needs to know of the application."""

    address: str
    opened: Collection[tuple[str, str]]
    """(method, path) of the routes that are meant to be open to everybody."""
    tokens: Mapping[Role, str]
    """An API token of each role."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    """Of a browser that an owner has signed in."""


async def holes(routes: Sequence[Route], doors: Doors) -> list[str]:
    """What is wrong, a line each; empty where every route is guarded."""
    found: list[str] = []
    async with ClientSession() as http:
        for route in routes:
            found += _table(route, doors)
            found += await _bare(http, route, doors)
            found += await _nobody(http, route, doors)
            found += await _lower(http, route, doors)
            found += await _foreign(http, route, doors)
    return found


def _table(route: Route, doors: Doors) -> list[str]:
    named = (route.method, route.path) in doors.opened
    if route.needs is Needs.NOTHING and not named:
        return [f"{_name(route)} is open to everybody, and is not meant to be"]
    if named and route.needs is not Needs.NOTHING:
        return [f"{_name(route)} is named as open, and is not"]
    return []


async def _bare(http: ClientSession, route: Route, doors: Doors) -> list[str]:
    """An answer tells the browser about safety, whatever else it says."""
    async with http.request(route.method, _address(route, doors), allow_redirects=False) as said:
        missing = [name for name in HEADERS if name not in said.headers]
    return [f"{_name(route)} answers without {', '.join(missing)}"] if missing else []


async def _nobody(http: ClientSession, route: Route, doors: Doors) -> list[str]:
    """Who shows nothing is led to the sign-in page, or refused."""
    if route.needs is Needs.NOTHING:
        return []
    status, where = await _asked(http, route, doors)
    if route.page and route.method in SAFE and "{token}" not in route.path:
        right = status == 303 and where.startswith("/sign-in")
    else:
        right = status == 401
    return [] if right else [f"{_name(route)} answers nobody with {status}"]


async def _lower(http: ClientSession, route: Route, doors: Doors) -> list[str]:
    """A role that is too low is refused."""
    found = []
    for role, token in doors.tokens.items():
        if route.needs in NEEDED and role < NEEDED[route.needs]:
            headers = {"Authorization": f"Bearer {token}"}
            status, _ = await _asked(http, route, doors, headers)
            if status != 403:
                found.append(f"{_name(route)} answers the role {role.name} with {status}")
    return found


async def _foreign(http: ClientSession, route: Route, doors: Doors) -> list[str]:
    """A browser with a good cookie is refused where another page makes it ask."""
    if route.method in SAFE:
        return []
    cookie = {"Cookie": "; ".join(f"{key}={value}" for key, value in doors.cookies.items())}
    own = {"Origin": doors.address}
    tries = {
        "without an origin": cookie,
        "from another origin": {**cookie, "Origin": "https://elsewhere.example"},
        "from nowhere": {**cookie, "Origin": "null"},
        "without a token of ours": {**cookie, **own},
        "with a wrong token": {**cookie, **own, "X-CSRF-Token": "0" * 64},
    }
    refused = (401,) if "{token}" in route.path else (403,)
    found = []
    for how, headers in tries.items():
        status, _ = await _asked(http, route, doors, headers)
        if status not in refused:
            found.append(f"{_name(route)} answers {status} {how}")
    return found


async def _asked(
    http: ClientSession, route: Route, doors: Doors, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    address = _address(route, doors)
    asked = http.request(route.method, address, headers=headers, allow_redirects=False)
    async with asked as answer:
        return answer.status, answer.headers.get("Location", "")


def _address(route: Route, doors: Doors) -> str:
    """Of the route, with something in place of its variables."""
    return doors.address + re.sub(r"\{(\w+)(:[^{}]*)?\}", r"x\1", route.path)


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"

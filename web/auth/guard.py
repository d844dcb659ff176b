"""The guard: nothing is answered that is not in the table of routes, to nobody it is not for."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from aiohttp import hdrs, web

from domain.account_ports import AccessStores
from domain.accounts import Role
from web.auth.codes import digest, new_token
from web.auth.headers import protect
from web.auth.holds import Holds
from web.auth.identify import Cookies, Found, Identify, anonymous
from web.auth.limits import Backoff, Rate
from web.auth.passes import Passes, PassState
from web.auth.refusal import MALFORMED, NOT_FOUND, TOO_LARGE, Refusal, answer, refused, wants_page
from web.auth.rules import AuthRules
from web.auth.site import Site, is_socket, unsafe
from web.auth.uses import Uses
from web.auth.who import VISIT, WHO, Via, csrf_right
from web.routes import ROUTES, Handler, Needs, Route

log = logging.getLogger(__name__)

SWEEP_S = 30.0
SIGN_IN = "/sign-in"

_ROLES = {Needs.VIEWER: Role.VIEWER, Needs.OPERATOR: Role.OPERATOR, Needs.OWNER: Role.OWNER}
_LINKS = {
    PassState.FORGED: Refusal(
        401, "This link does not work.", "Open it from its first letter to its last."
    ),
    PassState.EXPIRED: Refusal(410, "This link has expired.", "Ask for a new one."),
    PassState.REVOKED: Refusal(410, "This link was withdrawn.", "Ask for a new one."),
}
_NO_TOKEN = Refusal(
    401, "The token is not good.", "Make one under My account, and send it as a bearer header."
)
_NOBODY = Refusal(401, "Who asks?", "Sign in, or send Authorization: Bearer TOKEN.")
_FOREIGN = Refusal(403, "Another page asks for this.", "Do it on the page of Dragoman itself.")
_STALE = Refusal(403, "This form is out of date.", "Go back, load the page again, and repeat.")


class Guard:
    """Stands before every handler of an application. `install` puts it there.

    Ends what is open when a sign-in, token, account or link is revoked: `revoked(...)`.
    """

    def __init__(
        self,
        stores: AccessStores,
        key: bytes,
        rules: AuthRules | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.rules = rules or AuthRules()
        self.site = Site(self.rules)
        self.cookies = Cookies(key, self.site, self.rules.sign_in_s)
        self.holds = Holds()
        self.passes = Passes(
            key, stores.passes, revoked=lambda each: self.revoked(meeting_id=each), now=now
        )
        self.uses = Uses(stores, now)
        self.local_token = new_token()
        """For commands on the same machine; in memory, and in a file that only this user reads."""
        local = digest(self.local_token)
        self._identify = Identify(stores, self.passes, self.rules, self.uses, now, local=local)
        self._rate = Rate(self.rules.per_minute)
        # A whole office may follow a meeting from one address.
        self._crowd = Rate(self.rules.per_minute * 10, self.rules.per_minute * 5)
        self._codes = Rate(self.rules.codes)
        self._guesses = Backoff(self.rules.guesses, 900)

    def install(self, app: web.Application) -> None:
        """Before the first route is served; the application has no other middleware before."""

        async def prepared(request: web.Request, response: web.StreamResponse) -> None:
            protect(self.site, request, response)

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            # Also where the database fails before it is known who asks: then nobody comes in.
            checked = partial(self._guard, handler=handler)
            response = await answer(request, checked, for_people=wants_page(request))
            visit = request.get(VISIT)
            if visit is not None and visit.new_cookie and not response.prepared:
                self.cookies.greet(request, response, visit.secret)
            return response

        app.middlewares.insert(0, guard)
        app.on_response_prepare.append(prepared)
        app.cleanup_ctx.append(self._look_after)

    def revoked(self, **which: str) -> None:
        """Ends what an account (account_id), a sign-in or token (key_id), or the links of a
        meeting (meeting_id) hold open."""
        ended = self.holds.end(**which)
        if ended:
            log.info("%d open connections were ended: what let them in is revoked", ended)

    async def _look_after(self, _app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self._sweep())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await self.uses.flush()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self.uses.flush()
                await self.holds.sweep(SWEEP_S)
            except Exception:
                log.exception("open connections could not be looked after")

    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        route = _route(request)
        if route is None:
            unknown = request.match_info.http_exception
            if unknown is None:
                log.error("a route is in no table, and refused: %s", request.match_info.route)
                return refused(request, NOT_FOUND, for_people=wants_page(request))
            return await answer(request, handler, for_people=wants_page(request))
        for_people = route.page and not is_socket(request)
        found = await self._who(request, route)
        request[WHO], request[VISIT] = found.visit.who, found.visit
        largest = route.max_bytes or self.rules.max_bytes
        # A clone would not close the files that a form uploads.
        request._client_max_size = largest
        refusal = self._limited(request, route, found) or self._refusal(request, route, found)
        if refusal is None and (request.content_length or 0) > largest:
            refusal = TOO_LARGE
        if refusal is None:
            refusal = await self._foreign(request, found)
        if refusal is None:
            with self.holds.hold(found.visit.who, found.still):
                return await answer(request, handler, for_people=for_people)
        if for_people and refusal is _NOBODY and not unsafe(request):
            return _to_sign_in(request)
        return refused(request, refusal, for_people=for_people)

    async def _who(self, request: web.Request, route: Route) -> Found:
        token = request.match_info.get("token")
        if route.needs is Needs.LINK and token is not None:
            return await self._identify.by_link(token)
        if hdrs.AUTHORIZATION in request.headers and route.needs is not Needs.NOTHING:
            return await self._identify.by_token(request)
        found = await self._identify.by_cookie(self.cookies.sign_in(request))
        if found.visit.who.via is Via.NOBODY:
            return anonymous(self.cookies.visitor(request))
        return found

    def _limited(self, request: web.Request, route: Route, found: Found) -> Refusal | None:
        """Too many requests, or too many wrong guesses from one address."""
        address = self.site.address(request)
        wait_s = self._guesses.wait_s(address) if found.wrong is PassState.FORGED else 0.0
        if route.guessable:
            wait_s = self._codes.wait_s(address)
        elif found.wrong is PassState.FORGED and not wait_s:
            self._guesses.failed(address)
        elif not found.wrong and found.visit.who.via is not Via.NOBODY:
            asks = found.visit.who
            if asks.via is Via.LINK:
                wait_s = self._crowd.wait_s(f"{address} {asks.key_id}")
            else:
                wait_s = self._rate.wait_s(asks.key_id)
        if not wait_s:
            return None
        return Refusal(429, "That is too much at once.", "Wait a little.", wait_s)

    def _refusal(self, request: web.Request, route: Route, found: Found) -> Refusal | None:
        if route.needs is Needs.NOTHING:
            return None
        if found.wrong is not None:
            by_link = route.needs is Needs.LINK and "token" in request.match_info
            return _LINKS[found.wrong] if by_link else _NO_TOKEN
        who = found.visit.who
        if who.via is Via.NOBODY:
            return _NOBODY
        if who.via is Via.LINK:
            return None
        role = _ROLES.get(route.needs, Role.VIEWER)
        if not who.may(role):
            needed = role.name.lower()
            return Refusal(403, f"This needs the role {needed}.", "Ask an owner of Dragoman.")
        return None

    async def _foreign(self, request: web.Request, found: Found) -> Refusal | None:
        """Another page made the browser ask."""
        via = found.visit.who.via
        if via is Via.TOKEN or not (unsafe(request) or is_socket(request)):
            return None
        if not self.site.own_origin(request):
            return _FOREIGN
        if via is Via.LINK or not unsafe(request):
            # A link is no cookie: another page cannot make a browser show it.
            return None
        try:
            return None if csrf_right(request, await _shown(request)) else _STALE
        except web.HTTPRequestEntityTooLarge:
            return TOO_LARGE
        except ValueError:
            return MALFORMED


def _route(request: web.Request) -> Route | None:
    table: dict[tuple[str, str], Route] = request.app.get(ROUTES, {})
    resource = request.match_info.route.resource
    if resource is None or request.match_info.http_exception is not None:
        return None
    method = "GET" if request.method == "HEAD" else request.method
    return table.get((method, resource.canonical))


async def _shown(request: web.Request) -> str:
    """The CSRF token of a fetch or of a form."""
    if "X-CSRF-Token" in request.headers:
        return request.headers["X-CSRF-Token"]
    forms = ("application/x-www-form-urlencoded", "multipart/form-data")
    if request.content_type not in forms:
        return ""
    shown: Any = (await request.post()).get("_csrf", "")
    return shown if isinstance(shown, str) else ""


def _to_sign_in(request: web.Request) -> web.Response:
    wanted = "" if request.path == "/" else f"?next={quote(request.path_qs, safe='')}"
    return web.Response(status=303, headers={"Location": f"{SIGN_IN}{wanted}"})

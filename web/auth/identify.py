"""Finds out who asks: a bearer token, the cookie of a sign-in, or a viewer link."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from domain.account_ports import AccessStores
from domain.accounts import Account, ApiToken, Role, SignIn
from web.auth.codes import derived, digest, same
from web.auth.holds import Still
from web.auth.passes import Passes, PassState
from web.auth.rules import AuthRules
from web.auth.site import Site
from web.auth.uses import Uses
from web.auth.who import NOBODY, Via, Visit, Who

COMMAND_LINE = Who(Via.TOKEN, name="command line", role=Role.OPERATOR, key_id="local")
"""Commands of the user who runs the server."""


@dataclass(frozen=True, slots=True)
class Found:
    """Who asks, or why a token or link that was shown is not good."""

    visit: Visit
    still: Still
    wrong: PassState | None = None
    """Of a link, or FORGED for a token that does not exist or is over."""


class Identify:
    """Reads what a request shows."""

    def __init__(
        self,
        stores: AccessStores,
        passes: Passes,
        rules: AuthRules,
        uses: Uses,
        now: Callable[[], datetime],
        *,
        local: str,
    ) -> None:
        self._local = local
        self._stores = stores
        self._passes = passes
        self._rules = rules
        self._uses = uses
        self._now = now

    async def by_token(self, request: web.Request) -> Found:
        """Of a bearer header; it wins over a cookie."""
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return Found(Visit(), _never, PassState.FORGED)
        key = digest(shown.strip())
        if same(key, self._local):
            return Found(Visit(COMMAND_LINE), _always)

        async def holder() -> tuple[ApiToken, Account] | None:
            found = await self._stores.tokens.find(key)
            return found if found and self._token_good(*found) else None

        found = await holder()
        if found is None:
            return Found(Visit(), _never, PassState.FORGED)
        token, account = found
        self._uses.token(token.id)
        role = min(token.role, account.role)
        visit = Visit(Who(Via.TOKEN, account.id, account.name, role, token.id))

        async def still() -> bool:
            return await holder() is not None

        return Found(visit, still)

    async def by_cookie(self, code: str) -> Found:
        """Of a signed-in browser; nobody where the cookie is of no use."""
        key = digest(code)

        async def holder() -> tuple[SignIn, Account] | None:
            found = await self._stores.sign_ins.find(key)
            return found if found and self._sign_in_good(*found) else None

        found = await holder() if code else None
        if found is None:
            return Found(Visit(), _never)
        sign_in, account = found
        self._uses.sign_in(sign_in.id)
        visit = Visit(
            Who(Via.SESSION, account.id, account.name, account.role, sign_in.id), secret=code
        )

        async def still() -> bool:
            return await holder() is not None

        return Found(visit, still)

    async def by_link(self, token: str) -> Found:
        """Of a viewer link."""
        verdict = await self._passes.read(token)
        if verdict.state is not PassState.GOOD or verdict.found is None:
            return Found(Visit(), _never, verdict.state)

        async def still() -> bool:
            return (await self._passes.read(token)).state is PassState.GOOD

        # Each link is looked after by itself, without showing it to anybody.
        who = Who(Via.LINK, key_id=digest(token)[:32], meeting_id=verdict.found.meeting_id)
        return Found(Visit(who), still)

    def _token_good(self, token: ApiToken, account: Account) -> bool:
        over = token.expires_at is not None and token.expires_at <= self._now()
        return not (account.disabled or token.revoked_at or over)

    def _sign_in_good(self, sign_in: SignIn, account: Account) -> bool:
        idle = timedelta(seconds=self._rules.idle_s)
        seen = self._uses.last_seen(sign_in.id) or sign_in.seen_at
        now = self._now()
        return not account.disabled and sign_in.expires_at > now and seen + idle > now


class Cookies:
    """The two cookies: of a sign-in, and of a visitor who may be about to sign in."""

    def __init__(self, key: bytes, site: Site, sign_in_s: float) -> None:
        self._sign_in_s = int(sign_in_s)
        # Browsers share cookies between the ports of a host: each installation has its own.
        self._mark = derived(key, "cookies").hex()[:8]
        self._site = site

    def sign_in(self, request: web.Request) -> str:
        """The code that was shown, or nothing."""
        return request.cookies.get(self._name(request, "dragoman"), "")

    def visitor(self, request: web.Request) -> str:
        """The visitor's secret, or nothing."""
        return request.cookies.get(self._name(request, "dragoman_visitor"), "")

    def remember(self, request: web.Request, response: web.StreamResponse, code: str) -> None:
        """Signs a browser in."""
        self._set(request, response, "dragoman", code)

    def forget(self, request: web.Request, response: web.StreamResponse) -> None:
        """Signs a browser out."""
        name = self._name(request, "dragoman")
        response.del_cookie(name, path="/", secure=self._site.secure(request), httponly=True)

    def greet(self, request: web.Request, response: web.StreamResponse, secret: str) -> None:
        """Gives a visitor the secret of its forms."""
        self._set(request, response, "dragoman_visitor", secret)

    def _set(self, request: web.Request, response: web.StreamResponse, kind: str, v: str) -> None:
        response.set_cookie(
            self._name(request, kind),
            v,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._site.secure(request),
            max_age=self._sign_in_s if kind == "dragoman" else None,
        )

    def name(self, *, secure: bool) -> str:
        """Of the sign-in's cookie."""
        return self._named("dragoman", secure)

    def _name(self, request: web.Request, kind: str) -> str:
        return self._named(kind, self._site.secure(request))

    def _named(self, kind: str, secure: bool) -> str:
        return f"{'__Host-' if secure else ''}{kind}_{self._mark}"


def anonymous(secret: str) -> Found:
    """Nobody, with the secret that its forms were made with."""
    return Found(Visit(NOBODY, secret=secret), _always)


async def _never() -> bool:
    return False


async def _always() -> bool:
    return True

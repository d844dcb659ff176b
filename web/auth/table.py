"""The routes of accounts and access."""

from collections.abc import Sequence

from aiohttp import web

from web.assets import Assets
from web.auth.access_pages import AccessPages
from web.auth.account_pages import AccountPages
from web.auth.desk import AccountDesk
from web.auth.guard import Guard
from web.auth.refusal import Refusal, refused
from web.auth.sign_in_pages import SignInPages
from web.auth.who import Via, who
from web.routes import Handler, Needs, Route

_SMALL = 16 * 1024
"""Of a form about accounts."""

_IN_PERSON = Refusal(403, "This is for people only.", "Sign in; a token cannot do it.")


def auth_routes(guard: Guard, desk: AccountDesk) -> Sequence[Route]:
    """Sign-in, one-time links, my account, access."""
    entrance = SignInPages(guard, desk)
    account = AccountPages(guard, desk, entrance)
    access = AccessPages(guard, desk)
    open_to_all = [
        _page("GET", "/sign-in", entrance.show, Needs.NOTHING),
        _page("POST", "/sign-in", entrance.sign_in, Needs.NOTHING),
        _page("GET", "/welcome/{code}", entrance.welcome, Needs.NOTHING),
        _page("POST", "/welcome/{code}", entrance.accept, Needs.NOTHING),
        Assets("auth").route("/static/auth"),
    ]
    mine = [
        ("POST", "/sign-out", entrance.sign_out),
        ("GET", "/account", account.show),
        ("POST", "/account/password", account.password),
        ("POST", "/account/sign-ins/end", account.end),
        ("POST", "/account/tokens", account.new_token),
        ("POST", "/account/tokens/revoke", account.revoke),
    ]
    everybodys = [
        ("GET", "/access", access.show),
        ("POST", "/access/invitations", access.invite),
        ("POST", "/access/invitations/withdraw", access.withdraw),
        ("POST", "/access/accounts/{account}", access.change),
        ("POST", "/access/tokens/revoke", access.revoke),
    ]
    return [
        *open_to_all,
        *(_page(method, path, _in_person(each), Needs.VIEWER) for method, path, each in mine),
        *(_page(method, path, _in_person(each), Needs.OWNER) for method, path, each in everybodys),
    ]


OPEN = frozenset({("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/welcome/{code}"),
                  ("POST", "/welcome/{code}"), ("GET", "/static/auth/{name}")})  # fmt: skip
"""Which of them are open to everybody."""


def _page(method: str, path: str, handler: Handler, needs: Needs) -> Route:
    return Route(method, path, handler, needs, page=True, max_bytes=_SMALL)


def _in_person(handler: Handler) -> Handler:
    """For somebody who signed in: a stolen token must not make accounts or tokens."""

    async def checked(request: web.Request) -> web.StreamResponse:
        if who(request).via is not Via.SESSION:
            return refused(request, _IN_PERSON, for_people=False)
        return await handler(request)

    return checked

"""Who asks: set by the guard on every request before its handler runs."""

import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

from domain.accounts import Role
from web.auth.codes import new_code, same


class Via(StrEnum):
    """How somebody came in."""

    NOBODY = "nobody"
    SESSION = "session"
    """A browser that is signed in."""
    TOKEN = "token"
    """A program with an API token."""
    LINK = "link"
    """A viewer link to one meeting."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks."""

    via: Via = Via.NOBODY
    account_id: str = ""
    name: str = ""
    """Of the account; empty for nobody and for a link."""
    role: Role | None = None
    """Of the token where that is less than the account's; None for nobody and for a link."""
    key_id: str = ""
    """Id of the sign-in or of the token."""
    meeting_id: str = ""
    """The only meeting that a link opens."""

    def may(self, role: Role) -> bool:
        """Whether this is an account with that role or a higher one."""
        return self.role is not None and self.role >= role


NOBODY = Who()


@dataclass(slots=True)
class Visit:
    """What the guard knows of a request besides who asks."""

    who: Who = NOBODY
    secret: str = field(default="", repr=False)
    """What the CSRF token is made of: the sign-in's code, or the visitor cookie."""
    new_cookie: bool = False
    """The secret must be given to the browser with the answer."""


WHO: web.RequestKey[Who] = web.RequestKey("who", Who)
VISIT: web.RequestKey[Visit] = web.RequestKey("visit", Visit)


def who(request: web.Request) -> Who:
    """Who asks; nobody where no guard stands before the route."""
    found: Who = request.get(WHO, NOBODY)
    return found


def csrf_token(request: web.Request) -> str:
    """For the hidden field `_csrf` of a form, or the header X-CSRF-Token of a fetch.

    Empty for programs with a token: they need none.
    """
    visit = request.get(VISIT)
    if visit is None or visit.who.via in (Via.TOKEN, Via.LINK):
        return ""
    if not visit.secret:
        visit.secret, visit.new_cookie = new_code(), True
    return _made_of(visit.secret)


def csrf_right(request: web.Request, shown: str) -> bool:
    """Whether a form or a script of ours sent the request."""
    visit = request.get(VISIT)
    if visit is None or not visit.secret or visit.new_cookie:
        return False
    return same(shown, _made_of(visit.secret))


def _made_of(secret: str) -> str:
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), b"csrf", "sha256").hex()

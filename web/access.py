"""Who may see a bot's pages: whoever holds its token."""

import hashlib
import hmac
from importlib.resources import files

from aiohttp import web

from web import problems
from web.routes import Handler

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def problem(status: int, title: str, detail: str = "") -> web.Response:
    """An answer for programs: what is wrong, and what to do."""
    return problems.problem(status, title, detail, headers=HEADERS)


class Access:
    """Lets in by query parameter, cookie or bearer header; compares in constant time."""

    def __init__(self, token: str) -> None:
        if not token:
            raise ValueError("an empty token would let everybody in")
        self._digest = hashlib.sha256(token.encode()).digest()
        self._token = token
        self.cookie = f"dragoman_live_{self._digest.hex()[:8]}"
        self._refusal = files("web").joinpath("templates/refused.html").read_text("utf-8")

    def guarded(self, handler: Handler) -> Handler:
        """The handler for holders of the token, with security headers."""

        async def guard(request: web.Request) -> web.StreamResponse:
            if not self._holds(request):
                return web.Response(
                    status=401, text=self._refusal, content_type="text/html", headers=HEADERS
                )
            return await handler(request)

        return guard

    def socket(self, handler: Handler) -> Handler:
        """The handler of a socket, for our own page and for programs with a bearer header."""

        async def guard(request: web.Request) -> web.StreamResponse:
            by_page = "Origin" in request.headers
            if not (_own_page(request) if by_page else "Authorization" in request.headers):
                return web.Response(status=403, text="Open the page itself.", headers=HEADERS)
            return await handler(request)

        return self.guarded(guard)

    def commanding(self, handler: Handler) -> Handler:
        """The handler for who may give orders: a bearer header, or the cookie of our own page."""

        async def guard(request: web.Request) -> web.StreamResponse:
            if not self._equal(_bearer(request)):
                if not self._equal(request.cookies.get(self.cookie)):
                    return problem(
                        401, "The token is missing.", "Send Authorization: Bearer TOKEN."
                    )
                if not _own_page(request):
                    return problem(403, "Another page asks for this.", "Open the live page itself.")
            return await handler(request)

        return guard

    def remember(self, request: web.Request, response: web.StreamResponse) -> None:
        """Gives a browser that came with the token a cookie for what follows."""
        if "token" in request.query:
            response.set_cookie(
                self.cookie,
                self._token,
                httponly=True,
                samesite="Strict",
                secure=request.secure,
                path="/",
            )

    def _holds(self, request: web.Request) -> bool:
        shown = (request.query.get("token"), request.cookies.get(self.cookie), _bearer(request))
        return any([self._equal(each) for each in shown])

    def _equal(self, shown: str | None) -> bool:
        digest = hashlib.sha256((shown or "").encode("utf-8", "surrogatepass")).digest()
        return hmac.compare_digest(digest, self._digest)


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


def _own_page(request: web.Request) -> bool:
    own = (f"http://{request.host}", f"https://{request.host}")
    return request.headers.get("Origin") in own

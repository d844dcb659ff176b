"""Who may see a bot's pages: whoever holds its token."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from importlib.resources import files
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

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

    def same_origin(self, request: web.Request) -> bool:
        """Whether a socket is opened by our own page, or by a program with a bearer header."""
        origin = request.headers.get("Origin")
        if origin is None:
            return "Authorization" in request.headers
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.netloc == request.host

    def _holds(self, request: web.Request) -> bool:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        shown = (
            request.query.get("token"),
            request.cookies.get(self.cookie),
            bearer if scheme.lower() == "bearer" else None,
        )
        return any([self._equal(each) for each in shown if each is not None])

    def _equal(self, shown: str) -> bool:
        digest = hashlib.sha256(shown.encode("utf-8", "surrogatepass")).digest()
        return hmac.compare_digest(digest, self._digest)

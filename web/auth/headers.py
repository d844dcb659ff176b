"""What every answer tells the browser about safety, errors included."""

from aiohttp import web

from web.auth.site import Site

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""No inline script or style anywhere."""

HEADERS = {
    "Content-Security-Policy": CSP,
    # With no-referrer, browsers would send `Origin: null` from our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""A handler that sets one of these itself keeps its own."""

HSTS = "max-age=31536000"


def protect(site: Site, request: web.Request, response: web.StreamResponse) -> None:
    """Completes the headers of an answer."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall("Server", None)
    if site.secure(request):
        response.headers.setdefault("Strict-Transport-Security", HSTS)

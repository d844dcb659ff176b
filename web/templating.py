"""Templates: everything is escaped, foreign text loses what would turn or colour it."""

import hashlib
import re
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from domain.accounts import Role
from domain.languages import name, own_name, right_to_left
from domain.text import clean, clean_name
from web.auth.who import csrf_token, who

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""Of every page."""

_CONTROLS = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])?"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff]"
    "|[\ud800-\udfff\ufff9-\ufffb]"
)


def render(
    request: web.Request, template: str, status: int = 200, /, **values: Any
) -> web.Response:
    """A page. Its template sees `who`, `csrf` (for the hidden field `_csrf`), `path`, and what
    is given."""
    text = (
        environment()
        .get_template(template)
        .render(who=who(request), csrf=csrf_token(request), path=request.path, **values)
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one environment of all templates."""
    made = Environment(
        loader=PackageLoader("web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters.update(
        iso=iso, day=day, hour=hour, clock=clock, span=span, plain=plain, person=person, cut=cut,
        language=name, own_language=own_name, direction=direction, count=count,
    )  # fmt: skip
    made.globals.update(asset=asset, Role=Role)
    return made


def _shown(value: object) -> object:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def harmless(text: str) -> str:
    """The text without control characters, terminal colours and what turns the direction of
    the text around it; line breaks stay. Markup is left to be escaped."""
    return _CONTROLS.sub("", text)


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a static file, with a mark that changes when the file does."""
    digest = hashlib.sha256(files("web").joinpath(f"static/{path}").read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:10]}"


def iso(at: datetime) -> str:
    """For the `datetime` of a time element: scripts turn it into the reader's own time."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def day(at: datetime) -> str:
    """Such as "Wed 4 March"."""
    return f"{at:%a} {at.day} {at:%B}"


def hour(at: datetime) -> str:
    """Such as "09:30"."""
    return f"{at:%H:%M}"


def clock(seconds: float) -> str:
    """Where in a meeting: "02:05", or "1:02:05" from an hour on."""
    whole = max(0, int(seconds))
    rest = f"{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{whole // 3600}:{rest}" if whole >= 3600 else rest


def span(seconds: float) -> str:
    """How long: "40 s", "12 min", "1 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(round(whole / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def plain(word: object) -> str:
    """A state or reason as words."""
    return str(word).replace("_", " ")


def person(given: str) -> str:
    """A speaker's name, or what stands for it where none is known."""
    return clean_name(given) or "Speaker"


def cut(text: str, most: int = 140) -> str:
    """One line of at most so many characters."""
    return clean(text, most)


def direction(code: str) -> str:
    """For the attribute `dir` of text in a language."""
    return "rtl" if right_to_left(code) else "ltr"


def count(number: int, one: str, many: str = "") -> str:
    """Such as "1 meeting" or "3 meetings"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"

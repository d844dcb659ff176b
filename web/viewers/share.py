"""Links to a meeting: for operators to give out."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import qrcode
from aiohttp import web
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

from domain.errors import UsageError
from domain.serving import MeetingDesk
from web.auth.passes import Passes
from web.routes import Needs, Route
from web.viewers.rules import ViewerRules

_HOUR = timedelta(hours=1)


class Share:
    """Serves /meetings/ID/share: GET a link, POST {"hours": 4} another one, DELETE revokes all.

    Answers {"url", "expires", "hours", "qr", "overlay"}; `qr` is the path of an SVG picture.
    A link is nothing that is kept: the one that GET gives is the same for an hour.
    """

    def __init__(self, passes: Passes, meetings: MeetingDesk, rules: ViewerRules) -> None:
        self._passes = passes
        self._meetings = meetings
        self._rules = rules

    def routes(self) -> list[Route]:
        """For a table."""
        path = "/meetings/{id}/share"
        return [
            Route("GET", path, self._show, Needs.OPERATOR),
            Route("POST", path, self._make, Needs.OPERATOR),
            Route("DELETE", path, self._revoke, Needs.OPERATOR),
            Route("GET", f"{path}/qr.svg", self._qr, Needs.OPERATOR),
        ]

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(await self._link(request, request.query.get("hours", "")))

    async def _make(self, request: web.Request) -> web.Response:
        return web.json_response(await self._link(request, await _asked(request)), status=201)

    async def _revoke(self, request: web.Request) -> web.Response:
        await self._passes.revoke(await self._meeting(request))
        return web.json_response({"url": "", "expires": "", "hours": 0, "qr": "", "overlay": ""})

    async def _qr(self, request: web.Request) -> web.Response:
        link = await self._link(request, request.query.get("hours", ""))
        return web.Response(text=qr_svg(str(link["url"])), content_type="image/svg+xml")

    async def _meeting(self, request: web.Request) -> str:
        return (await self._meetings.entry(request.match_info["id"])).meeting.id

    async def _link(self, request: web.Request, hours: object) -> dict[str, Any]:
        meeting_id = await self._meeting(request)
        good = self._hours(hours)
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        expires = now + _HOUR * (good + 1)
        token = await self._passes.sign(meeting_id, expires)
        base = self._rules.public_url.rstrip("/") or f"{request.scheme}://{request.host}"
        return {
            "url": f"{base}/v/{token}",
            "overlay": f"{base}/overlay/{token}",
            "expires": expires.isoformat().replace("+00:00", "Z"),
            "hours": good,
            "qr": f"/meetings/{meeting_id}/share/qr.svg?hours={good}",
        }

    def _hours(self, asked: object) -> int:
        text = str(asked).strip()
        if not text:
            return self._rules.link_hours
        if not text.isdecimal() or not 1 <= int(text[:9]) <= self._rules.most_hours:
            most = self._rules.most_hours
            raise UsageError("This is no time for a link.", f"Give hours from 1 to {most}.")
        return int(text)


async def _asked(request: web.Request) -> object:
    """The hours in a form or in JSON."""
    if request.content_type == "application/json":
        try:
            given = await request.json()
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise UsageError("This is no JSON.", 'Send {"hours": 4}.') from error
        return given.get("hours", "") if isinstance(given, dict) else ""
    return (await request.post()).get("hours", "")


def qr_svg(text: str) -> str:
    """A QR code as an SVG picture, dark on white whatever the page's colours."""
    code = qrcode.QRCode(border=4, error_correction=ERROR_CORRECT_M, image_factory=SvgPathImage)
    code.add_data(text)
    code.make(fit=True)
    drawn = io.BytesIO()
    code.make_image().save(drawn)
    svg = drawn.getvalue().decode()
    return svg.replace("<path ", '<rect width="100%" height="100%" fill="#fff"/><path ', 1)

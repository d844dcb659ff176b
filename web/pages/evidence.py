"""Evidence of a meeting, on its page."""

from aiohttp import web

from web.pages.answers import done
from web.pages.desks import Desks
from web.pages.transcript import attachment
from web.templating import HEADERS


class EvidenceRoutes:
    """POST /meetings/ID/evidence keeps the present moment; GET …/evidence/NAME is a file."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def make(self, request: web.Request) -> web.Response:
        """Keeps what the bot's page looks like now."""
        meeting_id = request.match_info["meeting"]
        made = await self._desks.evidence.make(meeting_id)
        return done(request, f"/meetings/{meeting_id}#evidence", id=made.id)

    async def file(self, request: web.Request) -> web.Response:
        """A file, to be saved."""
        info = request.match_info
        file = await self._desks.evidence.file(info["meeting"], info["name"])
        headers = {**HEADERS, "Content-Type": file.media_type, **attachment(file.name)}
        return web.Response(body=file.content, headers=headers)

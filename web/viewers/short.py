"""Short addresses of live meetings, for people who type what they see on the camera."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

from domain.serving import LiveFeed
from web.auth.codes import same
from web.auth.passes import Passes
from web.routes import Needs, Route
from web.viewers.rules import ViewerRules

PATH = "/j"


class ShortLinks:
    """Serves /j/CODE: leads to a signed link, while the meeting is live and its links are not
    withdrawn. Nothing is kept: the code follows from the meeting's id and the key."""

    def __init__(self, passes: Passes, feed: LiveFeed, rules: ViewerRules) -> None:
        self._passes = passes
        self._feed = feed
        self._rules = rules

    def routes(self) -> list[Route]:
        """For a table."""
        return [Route("GET", f"{PATH}/{{code}}", self._lead, Needs.NOTHING, guessable=True)]

    async def _lead(self, request: web.Request) -> web.Response:
        code = request.match_info["code"].casefold()
        for meeting_id in self._feed.running():
            if same(code, self._passes.short(meeting_id)):
                if await self._passes.withdrawn(meeting_id):
                    break
                until = datetime.now(UTC) + timedelta(hours=self._rules.link_hours)
                token = await self._passes.sign(meeting_id, until)
                raise web.HTTPFound(f"/v/{token}", headers={"Cache-Control": "no-store"})
        return web.Response(status=404, text="This meeting is not live, or the code is wrong.")

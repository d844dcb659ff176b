"""The viewers' part of the server: its table of routes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from domain.languages import primary
from domain.serving import LiveFeed, MeetingDesk, NotesDesk, TranscriptDesk
from web.assets import Assets
from web.auth.passes import Passes
from web.auth.who import who
from web.routes import Needs, Route
from web.templating import render
from web.viewers.missed import Missed
from web.viewers.overlay import look_of
from web.viewers.protocol import AS_SPOKEN, Wish, wish_of
from web.viewers.rooms import Rooms
from web.viewers.rules import ViewerRules
from web.viewers.share import Share
from web.viewers.short import ShortLinks
from web.viewers.sockets import Sockets


@dataclass(frozen=True, slots=True)
class ViewerPorts:
    """What viewers are shown comes from here."""

    feed: LiveFeed
    meetings: MeetingDesk
    transcripts: TranscriptDesk
    notes: NotesDesk
    passes: Passes


class Viewers:
    """Makes the routes. `close` goes into `app.on_shutdown`: sockets end, rooms close."""

    def __init__(self, ports: ViewerPorts, rules: ViewerRules | None = None) -> None:
        self._ports = ports
        self.rules = rules or ViewerRules()
        self.rooms = Rooms(ports.feed, ports.meetings, ports.transcripts)
        self.sockets = Sockets(self.rooms, ports.feed, self.rules)
        self._missed = Missed(ports.notes)
        self._share = Share(ports.passes, ports.meetings, self.rules)
        self._short = ShortLinks(ports.passes, ports.feed, self.rules)

    def routes(self) -> Sequence[Route]:
        """For a table."""
        return [
            Route("GET", "/v/{token}", self._page, Needs.LINK, page=True),
            Route("GET", "/v/{token}/events", self._events, Needs.LINK),
            Route("GET", "/v/{token}/listen", self._listen, Needs.LINK),
            Route("GET", "/v/{token}/missed", self._catch_up, Needs.LINK),
            Route("GET", "/overlay/{token}", self._overlay, Needs.LINK, page=True),
            Assets("viewer").route("/static/viewer"),
            *self._share.routes(),
            *self._short.routes(),
        ]

    async def close(self, _app: web.Application | None = None) -> None:
        """Ends what is open."""
        await self.sockets.close()
        await self.rooms.aclose()

    async def _page(self, request: web.Request) -> web.Response:
        entry = await self._ports.meetings.entry(who(request).meeting_id)
        return render(
            request,
            "viewers/page.html",
            title=entry.title,
            languages=entry.meeting.languages,
            rules=self.rules,
        )

    async def _overlay(self, request: web.Request) -> web.Response:
        look = look_of(request.query)
        return render(request, "viewers/overlay.html", look=look)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        wish = wish_of(request.query.get("lang", AS_SPOKEN), request.query.get("original", "0"))
        after = request.query.get("after", "")
        if wish is None or (after and not after.isdecimal()):
            raise web.HTTPBadRequest
        self._room_left()
        epoch = request.query.get("epoch", "")
        number = int(after[:15]) if after else None
        meeting_id = who(request).meeting_id
        return await self.sockets.captions(request, meeting_id, wish, (epoch, number))

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        wish = wish_of(request.query.get("lang", ""), "0")
        if wish is None or wish.language == AS_SPOKEN:
            raise web.HTTPBadRequest
        self._room_left()
        return await self.sockets.sound(request, who(request).meeting_id, wish.language)

    def _room_left(self) -> None:
        if len(self.sockets) >= self.rules.most_viewers:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"})

    async def _catch_up(self, request: web.Request) -> web.Response:
        meeting_id = who(request).meeting_id
        async with self.rooms.join(meeting_id) as room:
            await asyncio.sleep(0)
            language = self._readable(request, room.contents.offered)
            told = await self._missed.until(meeting_id, language, room.contents.latest_s)
        return web.json_response(told)

    @staticmethod
    def _readable(request: web.Request, offered: Sequence[str]) -> str:
        """The language asked for, or the first there is: summaries in others cost work."""
        asked = Wish(primary(request.query.get("lang", ""))).language
        if asked in offered or not offered:
            return asked if asked in offered else "en"
        return offered[0]

"""The table of the dashboard's routes."""

from collections.abc import Sequence

from aiohttp import web

from web.assets import Assets
from web.pages.answers import told
from web.pages.calendars import CalendarsPage
from web.pages.desks import Desks
from web.pages.evidence import EvidenceRoutes
from web.pages.glossary import LARGEST, GlossaryPage
from web.pages.house import HousePages
from web.pages.jobs import JobRoutes
from web.pages.meeting import MeetingPage
from web.pages.meetings import MeetingList
from web.pages.player import PlayerRoutes
from web.pages.search import SearchPage
from web.pages.streams import Streams
from web.pages.today import TodayPage
from web.pages.transcript import TranscriptPage
from web.routes import Handler, Needs, Route

OPEN = frozenset({("GET", "/static/app/{name}"), ("GET", "/static/live/{name}")})
"""Routes that are open to everybody."""

_ONE = "/meetings/{meeting}"


class Dashboard:
    """The pages over their ports. `let_go` belongs into the application's `on_shutdown`."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks
        self._streams = Streams(desks.live)

    async def let_go(self, app: web.Application) -> None:
        """Ends the streams that would hold up the server's end."""
        await self._streams.let_go(app)

    def routes(self) -> Sequence[Route]:
        """Every route, with what it needs."""
        return [
            *self._first(),
            *self._meetings(),
            *self._house(),
            Assets("app").route("/static/app"),
            Assets().route("/static/live"),
        ]

    def _first(self) -> list[Route]:
        today, calendars = TodayPage(self._desks), CalendarsPage(self._desks)
        rules = "/calendars/rules"
        return [
            _page("/", today.show),
            _form("/invite", today.invite),
            _form("/coming", today.decide),
            _page("/search", SearchPage(self._desks).show),
            _page("/calendars", calendars.show),
            _form("/calendars", calendars.add, Needs.OWNER),
            _form("/calendars/{calendar}/remove", calendars.remove, Needs.OWNER),
            _form(rules, calendars.add_rule, Needs.OWNER),
            _form(rules + "/{place}", calendars.change_rule, Needs.OWNER),
        ]

    def _meetings(self) -> list[Route]:
        transcript, jobs = TranscriptPage(self._desks), JobRoutes(self._desks)
        page, evidence = MeetingPage(self._desks, transcript), EvidenceRoutes(self._desks)
        streams = self._streams
        return [
            _page("/meetings", MeetingList(self._desks).show),
            _page(_ONE, page.show),
            _form(_ONE + "/leave", page.leave),
            _form(_ONE + "/pause", page.pause),
            _form(_ONE + "/look", page.look),
            Route("GET", _ONE + "/events", streams.owned(streams.events), Needs.VIEWER),
            Route("GET", _ONE + "/camera", streams.owned(told(streams.camera)), Needs.VIEWER),
            _form(_ONE + "/speakers", transcript.rename),
            _form(_ONE + "/lines/{line}", transcript.correct),
            _form(_ONE + "/ask", transcript.ask, Needs.VIEWER),
            _page(_ONE + "/export", transcript.export),
            Route(
                "GET", _ONE + "/sound", streams.owned(told(PlayerRoutes(self._desks).sound)),
                Needs.VIEWER,
            ),
            Route("GET", _ONE + "/preview", told(transcript.preview), Needs.VIEWER),
            _form(_ONE + "/evidence", evidence.make),
            _page(_ONE + "/evidence/{name}", evidence.file, Needs.OPERATOR),
            _form(_ONE + "/jobs", jobs.start),
            Route("GET", "/jobs/{job}", told(jobs.show), Needs.VIEWER),
            _page("/jobs/{job}/file", jobs.file),
        ]  # fmt: skip

    def _house(self) -> list[Route]:
        glossary, house = GlossaryPage(self._desks), HousePages(self._desks)
        upload = Route(
            "POST", "/glossary/file", told(glossary.upload), Needs.OPERATOR, page=True,
            max_bytes=LARGEST + 100_000,
        )  # fmt: skip
        return [
            _page("/glossary", glossary.show),
            _page("/glossary.csv", glossary.download),
            _form("/glossary", glossary.put),
            _form("/glossary/remove", glossary.remove),
            upload,
            _page("/people", house.people),
            _form("/people/{voice}/delete", house.forget, Needs.OWNER),
            _page("/settings", house.settings, Needs.OWNER),
            _form("/settings", house.change, Needs.OWNER),
            _page("/doctor", house.doctor, Needs.OPERATOR),
        ]


def _page(path: str, handler: Handler, needs: Needs = Needs.VIEWER) -> Route:
    return Route("GET", path, told(handler), needs, page=True)


def _form(path: str, handler: Handler, needs: Needs = Needs.OPERATOR) -> Route:
    return Route("POST", path, told(handler), needs, page=True)

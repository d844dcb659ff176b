"""Search over everything that was said."""

import asyncio
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup, escape

from domain.languages import NAMES
from domain.serving import Hit, Hits, MeetingEntry, Query
from web.pages.desks import Desks
from web.pages.meetings import after, day
from web.templating import harmless, render

LONGEST = 2000
"""Characters of an excerpt behind its last mark."""
FILTERS = ("speaker", "language", "meeting", "since", "until")


class SearchPage:
    """GET /search with ?q, filters and ?cursor."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def show(self, request: web.Request) -> web.Response:
        """The field, and the quotes that fit."""
        asked = {key: request.query.get(key, "").strip()[:200] for key in ("q", *FILTERS)}
        hits = await self._find(asked, request.query.get("cursor", "")) if asked["q"] else None
        chips = [(key, asked[key], _without(asked, key)) for key in FILTERS if asked[key]]
        more = ""
        if hits is not None and hits.cursor:
            more = "?" + urlencode({**_filled(asked), "cursor": hits.cursor})
        return render(
            request, "pages/search.html", asked=asked, hits=hits, chips=chips, more=more,
            quote=quote, names=NAMES, titles=await self._titles(hits),
        )  # fmt: skip

    async def _find(self, asked: dict[str, str], cursor: str) -> Hits:
        now = self._desks.now()
        return await self._desks.transcripts.search(
            Query(
                asked["q"], speaker=asked["speaker"], language=asked["language"],
                meeting_id=asked["meeting"], since=day(asked["since"], now),
                until=after(day(asked["until"], now)), cursor=cursor,
            )
        )  # fmt: skip

    async def _titles(self, hits: Hits | None) -> dict[str, MeetingEntry]:
        ids = list(dict.fromkeys(hit.meeting.id for hit in hits.hits)) if hits else []
        entries = await asyncio.gather(*(self._desks.meetings.entry(each) for each in ids))
        return dict(zip(ids, entries, strict=True))


def quote(hit: Hit) -> Markup:
    """The excerpt with its marks; everything else of it is escaped."""
    made, at = Markup(), 0
    for start, end in sorted(hit.marks):
        if at <= start < end <= len(hit.excerpt):
            made += escape(harmless(hit.excerpt[at:start]))
            made += Markup("<mark>{}</mark>").format(harmless(hit.excerpt[start:end]))
            at = end
    return made + escape(harmless(hit.excerpt[at : at + LONGEST]))


def _filled(asked: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in asked.items() if value}


def _without(asked: dict[str, str], key: str) -> str:
    return "?" + urlencode(_filled({**asked, key: ""}))

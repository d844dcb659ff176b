"""The list of all meetings."""

from datetime import datetime, timedelta

from aiohttp import web

from domain.errors import UsageError
from domain.meetings import ENDINGS, MeetingState
from domain.serving import MeetingFilter
from web.pages.desks import Desks
from web.templating import render

KINDS: dict[str, tuple[str, frozenset[MeetingState]]] = {
    "": ("All", frozenset()),
    "live": ("Running", frozenset(MeetingState) - ENDINGS),
    "ended": ("Ended", frozenset({MeetingState.ENDED})),
    "failed": ("Failed", frozenset({MeetingState.FAILED})),
}


class MeetingList:
    """GET /meetings"""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def show(self, request: web.Request) -> web.Response:
        """With ?kind, ?q, ?since, ?until (days) and ?cursor."""
        asked = {key: request.query.get(key, "")[:200] for key in ("kind", "q", "since", "until")}
        kind = asked["kind"] if asked["kind"] in KINDS else ""
        now = self._desks.now()
        page = await self._desks.meetings.page(
            MeetingFilter(
                text=asked["q"].strip(), states=KINDS[kind][1], since=day(asked["since"], now),
                until=after(day(asked["until"], now)), limit=20,
                cursor=request.query.get("cursor", ""),
            )
        )  # fmt: skip
        return render(
            request, "pages/meetings.html", page=page, asked={**asked, "kind": kind}, kinds=KINDS,
            first=not request.query.get("cursor"), now=now,
        )  # fmt: skip


def day(text: str, now: datetime) -> datetime | None:
    """The beginning of a day such as 2026-03-04, in the zone of `now`. Raises UsageError."""
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=now.tzinfo)
    except ValueError:
        raise UsageError("This is no day.", "Write it as 2026-03-04.") from None


def after(start: datetime | None) -> datetime | None:
    """The end of a day."""
    return start + timedelta(days=1) if start else None

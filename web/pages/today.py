"""Today: what comes, what runs, what was said last; and the field for a link."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from aiohttp import web

from domain.calendars import Decision, PlannedMeeting
from domain.errors import UsageError
from domain.languages import NAMES, parse_languages
from domain.meetings import ENDINGS, MeetingState
from domain.serving import Invitation, MeetingFilter
from web.auth.who import who
from web.pages.answers import chosen, done, fields, needed, part
from web.pages.desks import Desks
from web.templating import render

ACTIVE = frozenset(MeetingState) - ENDINGS
REMEMBERED = "dragoman_languages"
"""The cookie with the target languages that were asked for last."""
AHEAD = timedelta(hours=36)
OFFERED = ("es", "fr", "de", "pt", "it", "ja", "zh", "en")
"""Languages offered before all others."""


class TodayPage:
    """The first page."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def show(self, request: web.Request) -> web.Response:
        """GET /"""
        desks, now = self._desks, self._desks.now()
        start = now.replace(hour=0, minute=0, second=0, microsecond=0)
        coming, live, latest, calendars = await asyncio.gather(
            part(desks.calendars.coming(start, now + AHEAD)),
            part(desks.meetings.page(MeetingFilter(states=ACTIVE, limit=12))),
            part(desks.meetings.page(MeetingFilter(states=ENDINGS, limit=6))),
            part(desks.calendars.calendars()),
        )
        return render(
            request, "pages/today.html", now=now, coming=coming, live=live, latest=latest,
            days=_days(coming.value or (), now), colours=_colours(calendars.value or ()),
            calendars=calendars, running=frozenset(desks.live.running()),
            **_languages(request, desks.usual()),
        )  # fmt: skip

    async def invite(self, request: web.Request) -> web.Response:
        """POST /invite"""
        given = await fields(request)
        languages = parse_languages(",".join(await chosen(request, "language")))
        placed = await self._desks.bots.invite(
            Invitation(
                needed(given, "link", "The link"),
                languages,
                by=who(request).name,
                record=True if given.get("record") else None,
            )
        )
        answer = done(
            request, f"/meetings/{placed.meeting.id}", id=placed.meeting.id, place=placed.place
        )
        year = 365 * 24 * 3600
        answer.set_cookie(
            REMEMBERED, ".".join(languages), max_age=year, httponly=True, samesite="Lax"
        )
        return answer

    async def decide(self, request: web.Request) -> web.Response:
        """POST /coming"""
        given = await fields(request)
        try:
            decision = Decision(given.get("decision", ""))
        except ValueError:
            raise UsageError("There is no such decision.", "Say join or skip.") from None
        planned = await self._desks.calendars.decide(
            needed(given, "event", "The event"), decision, who(request).name
        )
        return done(request, "/", decision=planned.decision.value, why=planned.why)


def _days(
    coming: Sequence[PlannedMeeting], now: datetime
) -> list[tuple[datetime, list[PlannedMeeting]]]:
    """What is not over, and what was missed today, by day."""
    days: dict[str, tuple[datetime, list[PlannedMeeting]]] = {}
    for planned in coming:
        if planned.event.end <= now and not planned.missed:
            continue
        start = planned.event.start.astimezone(now.tzinfo)
        days.setdefault(f"{start:%F}", (start, []))[1].append(planned)
    return list(days.values())


def _colours(calendars: Sequence[object]) -> dict[str, int]:
    """A colour's number for each calendar."""
    known = [each for each in calendars if isinstance(each, dict)]
    return {str(each["id"]): (number + 1) % 7 for number, each in enumerate(known)}


def _languages(request: web.Request, usual: Sequence[str]) -> dict[str, object]:
    """The languages to choose from, and those that were chosen last."""
    before = [code for code in request.cookies.get(REMEMBERED, "").split(".") if code in NAMES]
    first = list(dict.fromkeys([*before, *usual, *OFFERED]))
    others = sorted(set(NAMES) - set(first), key=lambda code: NAMES[code][0])
    return {"offered": first, "others": others, "ticked": before or list(usual)}

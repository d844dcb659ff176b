"""Calendars and rules: where meetings come from, and which of them the bot joins."""

import asyncio

from aiohttp import web

from domain.calendars import Decision, Rule
from domain.errors import UsageError
from domain.languages import parse_languages
from web.pages.answers import done, fields, needed, part
from web.pages.desks import Desks
from web.templating import render

KINDS = {
    "ics": "Add an ICS address",
    "caldav": "Add a CalDAV calendar",
    "google": "Add a Google calendar",
}
HERE = "/calendars"


class CalendarsPage:
    """GET /calendars and the forms on it."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def show(self, request: web.Request) -> web.Response:
        """Calendars with their state, rules in their order."""
        calendars, rules = await asyncio.gather(
            part(self._desks.calendars.calendars()), part(self._desks.calendars.rules())
        )
        return render(
            request, "pages/calendars.html", calendars=calendars, rules=rules, kinds=KINDS,
            now=self._desks.now(),
        )  # fmt: skip

    async def add(self, request: web.Request) -> web.Response:
        """POST /calendars"""
        given = await fields(request)
        kind = given.pop("kind", "")
        if kind not in KINDS:
            raise UsageError("There is no such kind of calendar.", "Choose one that is offered.")
        options = {key: value.strip() for key, value in given.items() if not key.startswith("_")}
        added = await self._desks.calendars.add(kind, options)
        return done(request, HERE, id=added)

    async def remove(self, request: web.Request) -> web.Response:
        """POST /calendars/ID/remove"""
        await self._desks.calendars.remove(request.match_info["calendar"])
        return done(request, HERE)

    async def add_rule(self, request: web.Request) -> web.Response:
        """POST /calendars/rules: a new rule, before all others."""
        rule = _rule(await fields(request))
        rules = [each for each in await self._desks.calendars.rules() if each.name != rule.name]
        await self._desks.calendars.set_rules([rule, *rules])
        return done(request, f"{HERE}#rules")

    async def change_rule(self, request: web.Request) -> web.Response:
        """POST /calendars/rules/N: up, down or remove the rule at that place."""
        place = request.match_info["place"]
        rules = list(await self._desks.calendars.rules())
        order = (await fields(request)).get("order", "")
        if not place.isdigit() or int(place) >= len(rules) or order not in ("up", "down", "remove"):
            raise UsageError("There is no such rule.", "Load the page again.")
        rule = rules.pop(int(place))
        if order != "remove":
            rules.insert(max(0, int(place) + (-1 if order == "up" else 1)), rule)
        await self._desks.calendars.set_rules(rules)
        return done(request, f"{HERE}#rules")


def _rule(given: dict[str, str]) -> Rule:
    try:
        decision = Decision(given.get("decision", ""))
    except ValueError:
        raise UsageError("There is no such decision.", "Say join or skip.") from None
    patterns = {
        key: given.get(key, "").strip()[:200]
        for key in ("calendar", "organiser", "title", "attendee")
    }
    deliver_to = [each.strip() for each in given.get("deliver_to", "").split(",")]
    return Rule(
        name=needed(given, "name", "The rule's name")[:80], decision=decision, **patterns,
        languages=parse_languages(given.get("languages", "")),
        deliver_to=tuple(each for each in deliver_to if each),
    )  # fmt: skip

"""Calendars, rules, and the meetings that are to come."""

from datetime import timedelta

from aiohttp import ETag

from web.api.answering import etag_of
from web.api.calendar_models import (
    AddCalendar,
    Added,
    Calendars,
    CalendarTold,
    Coming,
    ComingQuery,
    Decide,
    PlannedTold,
    Rule,
    Rules,
)
from web.api.call import Call, Plain
from web.api.models import Nothing
from web.api.problems import Refuse, not_found

LONGEST = timedelta(days=62)


async def list_coming(call: Call[ComingQuery, Nothing]) -> Coming:
    """Lists events of all calendars in a window of two months at most, with what will be done."""
    start = call.query.since or call.desks.now()
    try:
        end = call.query.until or start + timedelta(days=1)
        fits = timedelta() < end - start <= LONGEST
    except OverflowError:
        fits = False
    if not fits:
        raise Refuse(422, "There is no such window.", "since is before until, by 62 days at most.")
    planned = await call.desks.calendars.coming(start, end)
    return Coming(events=tuple(PlannedTold.of(each) for each in planned))


async def decide_event(call: Call[Nothing, Decide]) -> PlannedTold:
    """Says whether the bot joins an event; stronger than every rule."""
    given = call.body
    planned = await call.desks.calendars.decide(given.event_key, given.decision, call.who.name)
    return PlannedTold.of(planned)


async def list_calendars(call: Plain) -> Calendars:
    """Lists the calendars, without their secrets."""
    told = await call.desks.calendars.calendars()
    return Calendars(calendars=tuple(CalendarTold.of(each) for each in told))


async def add_calendar(call: Call[Nothing, AddCalendar]) -> Added:
    """Adds a calendar and reads it once."""
    given = call.body
    return Added(id=await call.desks.calendars.add(given.kind, given.options))


async def remove_calendar(call: Plain) -> None:
    """Forgets a calendar and its events."""
    wanted = call.path("calendar_id")
    if wanted not in [each.get("id") for each in await call.desks.calendars.calendars()]:
        raise not_found("There is no such calendar.", "Look at the list of them.")
    await call.desks.calendars.remove(wanted)


async def get_rules(call: Plain) -> Rules:
    """Lists the rules that decide which events are joined, in order."""
    rules = await call.desks.calendars.rules()
    return Rules.model_construct(rules=tuple(Rule.of(each) for each in rules))


async def set_rules(call: Call[Nothing, Rules]) -> Rules:
    """Replaces all rules; with If-Match only where nobody changed them meanwhile."""
    wanted = call.request.if_match
    if wanted is not None:
        rules = await call.desks.calendars.rules()
        now = Rules.model_construct(rules=tuple(Rule.of(each) for each in rules))
        tag = ETag(etag_of(now.model_dump_json()))
        if tag not in wanted and not any(each.value == "*" for each in wanted):
            raise Refuse(412, "The rules are others by now.", "Read them again first.")
    await call.desks.calendars.set_rules([rule.ruling() for rule in call.body.rules])
    return call.body

"""What is to be done about an event: a person's word, the rules, the calendar's own setting."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.calendars import CalendarEvent, CalendarRecord, Decision, KnownEvent, Rule, Said
from scheduler.guests import readings
from scheduler.patterns import fits

JOIN_OPTION = "join"
"""The option of a calendar that decides where nothing else does."""

BY_CALENDAR = {
    "all": Decision.JOIN,
    "ask": Decision.UNDECIDED,
    "invited": Decision.SKIP,
}
"""Values of that option, for events without the bot's address."""

DEFAULT_JOIN = "ask"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, and why, for people."""

    decision: Decision
    why: str
    rule: Rule | None = None


def judge(known: KnownEvent, rules: Sequence[Rule], calendar: CalendarRecord) -> Verdict:
    """The first that applies: what cannot be joined, a person's word, declined, the rules, an
    invitation of the bot, the calendar's setting.

    A rule that fits gives languages and receivers also where a person decided.
    """
    event = known.event
    impossible = _impossible(event)
    if impossible:
        return Verdict(Decision.SKIP, impossible)
    rule = next((rule for rule in rules if applies(rule, event, calendar)), None)
    if known.said is not None:
        return Verdict(known.said.decision, _told(known.said), rule)
    if event.declined:
        return Verdict(Decision.SKIP, "declined by the calendar's owner")
    if rule is not None and rule.decision is not Decision.UNDECIDED:
        return Verdict(rule.decision, f"rule {rule.name}", rule)
    if rule is not None:
        return Verdict(Decision.UNDECIDED, f"rule {rule.name} asks for approval", rule)
    if event.invites_bot:
        return Verdict(Decision.JOIN, "the bot is invited")
    return _by_calendar(calendar)


def applies(rule: Rule, event: CalendarEvent, calendar: CalendarRecord) -> bool:
    """Whether a rule fits an event."""
    return (
        (fits(rule.calendar, calendar.title) or fits(rule.calendar, calendar.id))
        and _one_fits(rule.organiser, (event.organiser,))
        and fits(rule.title, event.title)
        and _one_fits(rule.attendee, event.attendees)
    )


def _one_fits(pattern: str, people: Sequence[str]) -> bool:
    if not pattern:
        return True
    return any(fits(pattern, reading) for person in people for reading in readings(person))


def _impossible(event: CalendarEvent) -> str:
    if event.cancelled:
        return "cancelled, or no longer in the calendar"
    if not event.link:
        return "no Meet link"
    return "all day: no time to join at" if event.all_day else ""


def _told(said: Said) -> str:
    word = "approved" if said.decision is Decision.JOIN else "skipped"
    return f"{word} by {said.by}" if said.by else word


def _by_calendar(calendar: CalendarRecord) -> Verdict:
    decision = BY_CALENDAR[calendar.options.get(JOIN_OPTION, DEFAULT_JOIN)]
    why = {
        Decision.JOIN: f"all of {calendar.title} is joined",
        Decision.UNDECIDED: "waits for approval",
        Decision.SKIP: "the bot is not invited",
    }
    return Verdict(decision, why[decision])

"""Events, rules and decisions → what is joined when: pure, without a clock of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.calendars import (
    Attendance,
    CalendarRecord,
    Decision,
    KnownEvent,
    PlannedMeeting,
    Rule,
)
from scheduler.rules import Verdict, judge


@dataclass(frozen=True, slots=True)
class Timing:
    """When bots are sent."""

    before: timedelta = timedelta(seconds=60)
    late: timedelta = timedelta(minutes=10)
    """After the start no bot is sent any more, but for a person's word."""
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One event with its verdict."""

    known: KnownEvent
    verdict: Verdict
    calendar: CalendarRecord

    @property
    def key(self) -> str:
        """The event's."""
        return self.known.event.key

    @property
    def attendance(self) -> Attendance | None:
        """How far the bot got with the event at its present start."""
        found = self.known.attendance
        return found if found is not None and found.start == self.known.event.start else None


@dataclass(frozen=True, slots=True)
class Gathering:
    """One meeting: the events of one link that overlap, in whatever calendars."""

    items: tuple[Item, ...]
    """The first speaks for all."""
    decision: Decision
    why: str
    until: datetime
    """No bot is sent from here on."""
    join_at: datetime | None = None
    """When it is sent; None: never, or not again."""
    missed: str = field(default="")

    @property
    def first(self) -> Item:
        """The event that decided."""
        return self.items[0]

    @property
    def attendance(self) -> Attendance | None:
        """The one that got furthest."""
        noted = [item.attendance for item in self.items if item.attendance is not None]
        return max(noted, key=lambda a: (a.tries, bool(a.meeting_id)), default=None)


def plan(
    events: Sequence[KnownEvent],
    rules: Sequence[Rule],
    calendars: Mapping[str, CalendarRecord],
    now: datetime,
    timing: Timing,
) -> list[Gathering]:
    """All gatherings by start. The same input gives the same plan, whatever its order."""
    items = [
        Item(known, judge(known, rules, calendar), calendar)
        for known in sorted(events, key=lambda known: (known.event.start, known.event.key))
        if (calendar := calendars.get(known.event.calendar_id)) is not None
    ]
    planned = [_gathering(group, now, timing) for group in _together(items)]
    return sorted(planned, key=lambda g: (g.first.known.event.start, g.first.key))


def meetings(gatherings: Sequence[Gathering]) -> list[PlannedMeeting]:
    """Every event with what will be done about it, by start."""
    shown = [_shown(gathering, item) for gathering in gatherings for item in gathering.items]
    return sorted(shown, key=lambda meeting: (meeting.event.start, meeting.event.key))


def _together(items: Sequence[Item]) -> list[list[Item]]:
    """Events that can be joined and share a link and time are one; others stay alone."""
    groups: list[list[Item]] = []
    open_groups: dict[str, tuple[list[Item], datetime]] = {}
    for item in items:
        event = item.known.event
        group, end = open_groups.get(event.link, ([], event.start))
        if not event.link or event.cancelled or event.all_day:
            groups.append([item])
        elif group and (event.start < end or event.start == group[0].known.event.start):
            group.append(item)
            open_groups[event.link] = (group, max(end, event.end))
        else:
            groups.append([item])
            open_groups[event.link] = (groups[-1], event.end)
    return groups


def _gathering(group: Sequence[Item], now: datetime, timing: Timing) -> Gathering:
    items = tuple(sorted(group, key=_weight))
    first = items[0]
    event = first.known.event
    gathering = Gathering(items, first.verdict.decision, first.verdict.why, _until(first, timing))
    noted = gathering.attendance
    if noted is None and first.known.said is None and first.known.seen_at >= event.end:
        over = "it was over when it came to be known"
        return replace(gathering, decision=Decision.SKIP, why=over)
    if gathering.decision is Decision.UNDECIDED and now >= gathering.until:
        return replace(gathering, missed="nobody approved it in time")
    if gathering.decision is not Decision.JOIN or (noted is not None and noted.over):
        return gathering
    return _due(gathering, noted, now, timing)


def _due(
    gathering: Gathering, noted: Attendance | None, now: datetime, timing: Timing
) -> Gathering:
    first = gathering.first
    due = first.known.event.start - timing.before
    if noted is not None and noted.next_at is not None:
        if now > noted.next_at + timing.late:
            return replace(gathering, missed="the server did not run when the next try was due")
        return replace(gathering, join_at=max(noted.next_at, due))
    if noted is not None and noted.meeting_id:
        return gathering
    if now >= gathering.until:
        return replace(gathering, missed=_too_late(first, gathering.until))
    return replace(gathering, join_at=due)


def _weight(item: Item) -> tuple[int, datetime, str]:
    """A person's word counts most, then whatever says join, then what waits for approval."""
    order = {Decision.JOIN: 2, Decision.UNDECIDED: 3, Decision.SKIP: 4}
    by_person = item.known.said is not None and item.verdict.decision is item.known.said.decision
    rank = order[item.verdict.decision]
    if by_person:
        rank = 0 if item.verdict.decision is Decision.JOIN else 1
    return rank, item.known.event.start, item.key


def _until(item: Item, timing: Timing) -> datetime:
    """Late by the setting; after a person's word as long again, while the event lasts."""
    event, said = item.known.event, item.known.said
    until = event.start + timing.late
    if said is not None and said.decision is Decision.JOIN:
        until = max(until, min(said.at + timing.late, event.end))
    return until


def _too_late(item: Item, until: datetime) -> str:
    seen_at = item.known.seen_at
    if seen_at >= until:
        return f"it came into the calendar too late (known since {seen_at:%H:%M} UTC)"
    said = item.known.said
    if said is not None and said.at >= until:
        return "it was approved too late"
    if item.calendar.error:
        return f"the calendar could not be read: {item.calendar.error}"
    return "no bot was sent in time: the server did not run, or was too busy"


def _shown(gathering: Gathering, item: Item) -> PlannedMeeting:
    rule = gathering.first.verdict.rule
    decision, why = gathering.decision, gathering.why
    if item is not gathering.first and item.verdict.decision is not decision:
        why = f"{why} (in {gathering.first.calendar.title})"
    elif item is not gathering.first:
        why = item.verdict.why
    noted = gathering.attendance
    missed = gathering.missed or (noted.missed if noted is not None else "")
    return PlannedMeeting(
        event=item.known.event,
        decision=decision,
        why=why,
        meeting_id=noted.meeting_id if noted is not None else "",
        missed=missed,
        join_at=gathering.join_at,
        languages=rule.languages if rule is not None else (),
        deliver_to=rule.deliver_to if rule is not None else (),
    )

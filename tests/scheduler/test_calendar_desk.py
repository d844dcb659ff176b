"""What pages, API and commands ask of calendars."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession

from domain.calendars import CalendarError, CalendarEvent, CalendarRecord, Decision, Rule
from domain.errors import UsageError
from scheduler.calendars.kinds import Surroundings, opened, shown_address, sorted_out
from scheduler.calendars.scripted import ScriptedSource
from scheduler.calendars.web import Web
from scheduler.desk import Calendars, Hands, short_id
from scheduler.memory import MemoryCalendars
from scheduler.plan import Timing
from scheduler.planner import Planner
from scheduler.sync import Polling, Syncer

NOW = datetime(2026, 3, 30, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINK = "https://meet.google.com/abc-defg-hij"


class Backwards:
    """A vault that anybody can open."""

    def seal(self, text: str) -> str:
        return text[::-1]

    def open(self, sealed: str) -> str:
        return sealed[::-1]


class World:
    def __init__(self) -> None:
        self.now = NOW
        self.store = MemoryCalendars()
        self.looks = 0
        self.trouble: CalendarError | None = None
        syncer = Syncer(self.store, self.store, self.open, Polling(), now=lambda: self.now)
        planner = Planner(self.store, self.store, Timing(), lambda: self.now)
        hands = Hands(planner, syncer, Backwards(), self.open, self.look)
        self.desk = Calendars(self.store, self.store, hands)

    def open(self, record: CalendarRecord) -> ScriptedSource:
        events = [
            CalendarEvent(record.id, "a", "", "Plan", NOW + HOUR, NOW + 2 * HOUR, link=LINK),
            CalendarEvent(record.id, "b", "", "No link", NOW + HOUR, NOW + 2 * HOUR),
        ]
        source = ScriptedSource(events)
        source.trouble = self.trouble
        return source

    async def look(self) -> None:
        self.looks += 1


@pytest.fixture
def world() -> World:
    return World()


WINDOW = (NOW, NOW + 24 * HOUR)


async def test_a_calendar_is_added_read_shown_and_removed(world: World) -> None:
    secret = "https://c.example/private-KEY/basic.ics"
    calendar_id = await world.desk.add("ics", {"address": secret, "join": "all", "title": "Team"})
    (shown,) = await world.desk.calendars()
    assert (shown["id"], shown["kind"], shown["title"]) == (calendar_id, "ics", "Team")
    assert (shown["state"], shown["address"]) == ("ok", "https://c.example/…")
    assert "KEY" not in repr(shown)
    (record,) = await world.store.calendars()
    assert "address" not in record.options
    assert json.loads(Backwards().open(record.sealed)) == {"address": secret}
    coming = await world.desk.coming(*WINDOW)
    assert [(m.event.uid, m.decision) for m in coming] == [
        ("a", Decision.JOIN), ("b", Decision.SKIP),
    ]  # fmt: skip
    await world.desk.remove(calendar_id[:6])
    assert (await world.desk.calendars(), await world.desk.coming(*WINDOW)) == ([], [])


async def test_one_that_cannot_be_read_is_not_kept(world: World) -> None:
    world.trouble = CalendarError("It answers with 404.", retry=False)
    for title in ("Team", ""):
        with pytest.raises((CalendarError, UsageError), match="404"):
            await world.desk.add("ics", {"address": "https://c.example/", "title": title})
    assert await world.desk.calendars() == []


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("fax", {}),
        ("ics", {}),
        ("ics", {"address": "https://x.example", "colour": "red"}),
        ("ics", {"address": "https://x.example", "join": "never"}),
        ("ics", {"address": "https://x.example", "zone": "Mars/Base"}),
        ("google", {"calendar": "primary"}),
        ("caldav", {"address": "https://ana:secret@dav.example/c/"}),
    ],
)
def test_options_are_checked(kind: str, options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        sorted_out(kind, options)


async def test_a_stored_kind_that_nobody_knows_is_no_empty_calendar() -> None:
    async with ClientSession() as http:
        around = Surroundings(Web(http, check=lambda address: None))
        with pytest.raises(UsageError, match="no kind of calendar"):
            opened(CalendarRecord("c1", "exchange", "Team", {}), {}, around)


def test_what_is_shown_holds_no_password() -> None:
    assert shown_address("caldav", {"address": "https://a:b@c.example/d/"}, {}) == (
        "https://c.example/d/"
    )


async def test_decisions_by_key_beginning_or_short_id(world: World) -> None:
    await world.desk.add("ics", {"address": "https://c.example/", "title": "Team"})
    plan, without = await world.desk.coming(*WINDOW)
    assert plan.decision is Decision.UNDECIDED
    decided = await world.desk.decide(short_id(plan), Decision.JOIN, "Ana")
    assert (decided.decision, decided.why) == (Decision.JOIN, "approved by Ana")
    assert (await world.desk.decide(plan.event.key, Decision.SKIP, "Ben")).why == "skipped by Ben"
    back = await world.desk.decide(plan.event.key[:-1], Decision.UNDECIDED, "Ben")
    assert back.decision is Decision.UNDECIDED
    for key, word in ((without.event.key, "Meet link"), ("nothing", "no event"), ("", "no event")):
        with pytest.raises(UsageError, match=word):
            await world.desk.decide(key, Decision.JOIN, "Ana")
    world.now = NOW + 3 * HOUR
    with pytest.raises(UsageError, match="over"):
        await world.desk.decide(plan.event.key, Decision.JOIN, "Ana")
    assert world.looks == 4


async def test_rules_are_checked_kept_and_followed(world: World) -> None:
    await world.desk.add("ics", {"address": "https://c.example/", "title": "Team"})
    rule = Rule(
        "plans\x07", Decision.JOIN, title="plan", languages=("Spanish",), deliver_to=("a@x",)
    )
    await world.desk.set_rules([rule])
    (kept,) = await world.desk.rules()
    assert (kept.name, kept.languages) == ("plans", ("es",))
    plan = (await world.desk.coming(*WINDOW))[0]
    assert (plan.decision, plan.languages, plan.deliver_to) == (Decision.JOIN, ("es",), ("a@x",))
    assert await world.desk.deliver_to(plan.event.key) == ("a@x",)
    assert await world.desk.deliver_to("unknown") == ()
    for wrong in (
        [Rule("", Decision.JOIN)],
        [rule, rule],
        [Rule("x", Decision.JOIN, languages=("xx9",))],
    ):
        with pytest.raises(UsageError):
            await world.desk.set_rules(wrong)

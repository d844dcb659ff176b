"""Bots go to planned meetings in time; what happens to events and bots is followed and told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.calendars import (
    CalendarChanges,
    CalendarEvent,
    CalendarRecord,
    Decision,
    PlannedMeeting,
    Rule,
    Said,
)
from domain.errors import EngineUnavailable, UsageError
from domain.meetings import MeetingState, Reason
from scheduler.agenda import ApsAgenda, ScriptedAgenda
from scheduler.autojoin import AutoJoin, Desks
from scheduler.memory import MemoryCalendars
from scheduler.plan import Timing, meetings
from scheduler.planner import Planner
from scheduler.standins.bots import ScriptedBots

START = datetime(2026, 3, 30, 9, tzinfo=UTC)
LINK = "https://meet.google.com/abc-defg-hij"
RECORD = CalendarRecord("c1", "scripted", "Team", {"join": "all"})
WINDOW = (START - timedelta(days=1), START + timedelta(days=2))
EVENT = CalendarEvent(
    "c1", "e", "", "Plan", START, START + timedelta(hours=1), link=LINK,
    organiser="Ana Ruiz <ana@example.org>", attendees=("Ben Kim <ben@example.org>",),
)  # fmt: skip


class World:
    """A server with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = START - timedelta(hours=2)
        self.store = MemoryCalendars()
        self.bots = ScriptedBots(lambda: self.now)
        self.restart()

    def restart(self) -> None:
        """Another process with the same database."""
        self.agenda = ScriptedAgenda()
        self.planner = Planner(self.store, self.store, Timing(), lambda: self.now)
        desks = Desks(self.store, self.bots, self.bots)
        self.join = AutoJoin(desks, self.planner, self.agenda, own=["bot@example.org"])

    async def sync(self, *events: CalendarEvent, record: CalendarRecord = RECORD) -> None:
        """The calendar holds just these now."""
        fresh = replace(record, synced_at=self.now)
        await self.store.save(fresh)
        await self.store.apply(fresh, CalendarChanges(events, full=True), WINDOW)
        await self.join.look()

    async def at(self, minutes: float) -> None:
        """So many minutes after the start."""
        self.now = START + timedelta(minutes=minutes)
        await self.join.look()

    async def coming(self, uid: str = "e") -> PlannedMeeting:
        planned = meetings(await self.planner.planned(*WINDOW))
        return next(each for each in planned if each.event.uid == uid)

    @property
    def sent(self) -> int:
        return len(self.bots.invitations)


@pytest.fixture
async def world() -> World:
    made = World()
    await made.sync(EVENT)
    return made


async def test_a_bot_is_sent_a_minute_before(world: World) -> None:
    assert world.agenda.due == {EVENT.key: START - timedelta(minutes=1)}
    await world.at(-2)
    assert world.sent == 0
    await world.at(-1)
    (invitation,) = world.bots.invitations
    assert (invitation.link, invitation.by) == (LINK, "calendar Team")
    assert invitation.event_key == EVENT.key
    assert invitation.title == EVENT.title
    assert invitation.terms == ("Ana Ruiz", "Ben Kim")
    for minute in (-0.5, 1, 30):
        await world.at(minute)
    assert world.sent == 1
    assert (await world.coming()).meeting_id == "m1"
    assert world.agenda.due == {}


async def test_the_rules_languages_go_along(world: World) -> None:
    rule = Rule("plans", Decision.JOIN, title="plan", languages=("es",), deliver_to=("a@x.org",))
    await world.store.set_rules([rule])
    await world.at(-1)
    assert world.bots.invitations[0].languages == ("es",)
    assert (await world.coming()).deliver_to == ("a@x.org",)


async def test_a_moved_event_is_joined_at_its_new_time(world: World) -> None:
    moved = replace(EVENT, start=START + timedelta(hours=3), end=START + timedelta(hours=4))
    await world.sync(moved)
    assert world.agenda.due == {EVENT.key: START + timedelta(minutes=179)}
    await world.at(0)
    assert world.sent == 0
    await world.at(179)
    assert world.sent == 1


async def test_a_bot_in_the_lobby_of_a_moved_event_is_taken_back(world: World) -> None:
    await world.at(-1)
    world.bots.step("m1", MeetingState.LOBBY)
    await world.sync(
        replace(EVENT, start=START + timedelta(hours=3), end=START + timedelta(hours=4))
    )
    assert world.bots.left == ["m1"]
    await world.at(30)
    assert world.bots.left == ["m1"]
    await world.at(179)
    assert (world.sent, (await world.coming()).meeting_id) == (2, "m2")


async def test_a_cancelled_event_takes_its_waiting_bot_back(world: World) -> None:
    await world.at(-1)
    await world.sync()
    assert world.bots.left == ["m1"]
    planned = await world.coming()
    assert (planned.decision, "cancelled" in planned.missed) == (Decision.SKIP, True)


async def test_a_bot_in_the_meeting_stays_until_its_end_rules_or_a_persons_word(
    world: World,
) -> None:
    await world.at(-1)
    world.bots.step("m1", MeetingState.IN_MEETING)
    await world.sync(replace(EVENT, declined=True))
    await world.at(90)
    assert world.bots.left == []
    await world.sync(EVENT)
    await world.store.say(Said(EVENT.key, Decision.SKIP, "Ana", world.now))
    await world.join.look()
    assert world.bots.left == ["m1"]


async def test_somebody_elses_bot_is_not_taken_back(world: World) -> None:
    from domain.serving import Invitation

    await world.bots.invite(Invitation(LINK))
    await world.at(-1)
    await world.sync()
    assert (world.bots.left, world.sent) == ([], 2)


@pytest.mark.parametrize("reason", [Reason.DENIED, Reason.WRONG_CODE, Reason.SIGN_IN_REQUIRED])
async def test_after_a_no_nobody_knocks_again(world: World, reason: Reason) -> None:
    await world.at(-1)
    world.bots.end("m1", reason)
    await world.at(5)
    assert world.sent == 1
    planned = await world.coming()
    assert (planned.missed != "", planned.meeting_id) == (True, "m1")


async def test_three_tries_with_growing_pauses(world: World) -> None:
    await world.at(-1)
    world.bots.end("m1", Reason.NO_ANSWER)
    await world.at(-0.9)
    assert world.agenda.due == {EVENT.key: START - timedelta(seconds=30)}
    await world.at(-0.5)
    world.bots.end("m2", Reason.BROWSER_FAILED)
    await world.at(0)
    assert world.sent == 2
    await world.at(1)
    world.bots.end("m3", Reason.NO_ANSWER)
    await world.at(3)
    await world.at(9)
    assert world.sent == 3
    assert (await world.coming()).missed == "nobody answered when the bot asked to join (3 tries)"


async def test_no_new_try_later_than_ten_minutes_after_the_start(world: World) -> None:
    await world.at(-1)
    await world.at(9.8)
    world.bots.end("m1", Reason.LOBBY_TIMEOUT)
    await world.at(9.9)
    await world.at(12)
    assert world.sent == 1
    assert (await world.coming()).missed == "nobody let the bot in from the lobby"


async def test_a_bot_that_breaks_in_the_meeting_is_sent_again_while_it_lasts(world: World) -> None:
    await world.at(-1)
    world.bots.step("m1", MeetingState.IN_MEETING)
    await world.at(30)
    world.bots.end("m1", Reason.INTERRUPTED)
    await world.at(30.1)
    await world.at(31)
    assert (world.sent, (await world.coming()).missed) == (2, "")
    world.bots.step("m2", MeetingState.IN_MEETING)
    world.bots.end("m2", Reason.HOST_ENDED)
    await world.at(32)
    await world.at(40)
    assert world.sent == 2


async def test_a_bot_that_left_before_people_came_is_sent_again(world: World) -> None:
    await world.at(-1)
    world.bots.step("m1", MeetingState.IN_MEETING)
    await world.at(0.1)
    world.bots.end("m1", Reason.ALONE)
    await world.at(0.2)
    await world.at(1)
    assert world.sent == 2


async def test_a_server_that_was_down_says_so(world: World) -> None:
    world.restart()
    await world.at(20)
    assert world.sent == 0
    assert "server did not run" in (await world.coming()).missed


async def test_a_server_that_comes_back_in_time_joins_late_and_once(world: World) -> None:
    world.restart()
    await world.at(5)
    assert world.sent == 1
    world.restart()
    await world.at(6)
    assert world.sent == 1


async def test_a_refused_invitation_is_told_and_an_outage_retried(world: World) -> None:
    world.bots.trouble = [EngineUnavailable("down"), EngineUnavailable("down")]
    await world.at(-1)
    await world.at(-0.4)
    await world.at(1.5)
    assert (world.sent, (await world.coming()).meeting_id) == (1, "m1")
    later = replace(
        EVENT, uid="f", start=START + timedelta(hours=2), end=START + timedelta(hours=3)
    )
    world.bots.trouble = [UsageError("The link is wrong.", "Mend it.")]
    await world.sync(EVENT, later)
    await world.at(120)
    assert (await world.coming("f")).missed == "The link is wrong. Mend it."


async def test_a_word_lets_a_missed_meeting_be_joined_after_all(world: World) -> None:
    await world.store.save(replace(RECORD, options={"join": "ask"}))
    await world.at(12)
    assert (await world.coming()).missed == "nobody approved it in time"
    await world.store.say(Said(EVENT.key, Decision.JOIN, "Ana", world.now))
    await world.at(13)
    assert (world.sent, (await world.coming()).missed) == (1, "")


async def test_two_calendars_with_one_meeting_send_one_bot(world: World) -> None:
    other = replace(RECORD, id="c2", title="Other")
    await world.store.save(other)
    await world.sync(replace(EVENT, calendar_id="c2", uid="x"), record=other)
    for minute in (-1, 0, 1):
        await world.at(minute)
    assert world.sent == 1
    assert (await world.coming("x")).meeting_id == (await world.coming("e")).meeting_id == "m1"


async def test_the_real_agenda_wakes_in_time_and_for_what_is_past() -> None:
    import asyncio

    woken: asyncio.Queue[Any] = asyncio.Queue(8)

    async def wake() -> None:
        await woken.put(datetime.now(UTC))

    async with ApsAgenda() as agenda, asyncio.timeout(20):
        now = datetime.now(UTC)
        agenda.fill({"never": now + timedelta(seconds=1), "past": now - timedelta(hours=1)}, wake)
        await woken.get()
        soon = now + timedelta(seconds=0.3)
        agenda.fill({"soon": soon, "far": now + timedelta(days=400)}, wake)
        assert await woken.get() >= soon
        await asyncio.sleep(0.9)
        assert woken.empty(), "what was taken back wakes nobody"

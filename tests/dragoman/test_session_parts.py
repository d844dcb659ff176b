"""The small parts around a session."""

import asyncio
from collections.abc import AsyncIterator

from domain.events import Notice
from domain.hints import RosterHint
from domain.people import Participant
from dragoman.announce import Told, greeting
from dragoman.hub import Hub
from dragoman.people import Attendance


def test_attendance_keeps_first_joining_and_leaving_times() -> None:
    people = Attendance()
    anna, ben = Participant("a", "Anna", joined_s=1), Participant("b", "Ben", joined_s=2)
    people.take(RosterHint((anna, ben), 2))
    people.take(RosterHint((anna,), 30))
    assert [(p.name, p.joined_s, p.left_s) for p in people.everybody()] == [
        ("Anna", 1, None),
        ("Ben", 2, 30),
    ]
    people.take(RosterHint((anna, Participant("b", "Ben", joined_s=50)), 50))
    assert [(p.joined_s, p.left_s) for p in people.at_end(90)] == [(1, 90), (2, 90)]


def test_greeting_comes_in_the_languages_of_the_meeting() -> None:
    lines = greeting("Dragoman", ("es", "fr", "ja"))
    assert [line.split(",")[0] for line in lines] == ["Hello", "Hola", "Bonjour"]
    assert all("/leave" in line and "ES, FR, JA" in line and len(line) <= 500 for line in lines)
    told = greeting("Dragoman", ("es", "fr", "ja"), Told(recorded=True, leave=False, more=False))
    assert [line.endswith(("is recorded.", "se graba.", "est enregistré.")) for line in told] == [
        True, True, True,
    ]  # fmt: skip
    assert not any("/" in line for line in told)
    assert all(len(line) <= 500 for line in told)


def notice(number: int) -> Notice:
    return Notice("n", str(number), number)


async def take(events: AsyncIterator[object], count: int) -> list[object]:
    return [await asyncio.wait_for(anext(events), 5) for _ in range(count)]


async def test_hub_reaches_everybody_and_drops_the_oldest_of_who_lags() -> None:
    hub = Hub(depth=2)
    seen: list[object] = []
    hub.on(seen.append)
    async with hub.subscribe() as events:
        for number in range(4):
            hub.publish(notice(number))
        assert await take(events, 2) == [notice(2), notice(3)]
    assert seen == [notice(n) for n in range(4)]
    assert hub.dropped == 2

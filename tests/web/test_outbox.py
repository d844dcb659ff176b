"""What a slow viewer gets: the newest of everything, and never more than fits."""

import asyncio
from collections.abc import Callable

import pytest

from domain.audio import Level
from domain.captions import Caption
from domain.events import CaptionRevised, Event, Notice
from domain.hints import RosterHint
from domain.people import Participant
from web.live_state import LiveState
from web.outbox import CAPACITY, Outbox

ANA = ("p1", "Ana")


@pytest.fixture
def state() -> LiveState:
    return LiveState("Planning")


@pytest.fixture
async def outbox(state: LiveState) -> Outbox:
    made = Outbox(state.snapshot)
    assert (await made.take())[0]["type"] == "snapshot"
    return made


def _say(state: LiveState, outbox: Outbox, *events: Event) -> None:
    for event in events:
        state.apply(event)
        outbox.put(event)


async def test_the_latest_revision_wins(
    state: LiveState, outbox: Outbox, caption: Callable[..., Caption]
) -> None:
    for revision in range(1, 50):
        made = caption("a", ANA, f"word{revision}", revision=revision)
        _say(state, outbox, CaptionRevised(made), Level("t", 1.0, revision / 100, 0.5))
    messages = await outbox.take()
    assert [(m["type"], m.get("stable")) for m in messages] == [
        ("caption", "word49"),
        ("levels", None),
    ]
    assert messages[1]["levels"][0]["rms"] == 0.49


async def test_notices_all_come_in_order(state: LiveState, outbox: Outbox) -> None:
    _say(state, outbox, *(Notice("k", f"n{number}", 1.0) for number in range(3)))
    assert [m["text"] for m in await outbox.take()] == ["n0", "n1", "n2"]


async def test_too_much_becomes_a_snapshot(
    state: LiveState, outbox: Outbox, caption: Callable[..., Caption]
) -> None:
    for number in range(CAPACITY + 1):
        _say(state, outbox, CaptionRevised(caption(f"c{number}", ANA, "word", float(number))))
    messages = await outbox.take()
    assert outbox.resyncs == 1
    assert messages[0]["type"] == "snapshot"
    assert messages[200]["id"] == f"c{CAPACITY}"


async def test_it_waits_while_there_is_nothing(outbox: Outbox) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await outbox.take()


async def test_who_speaks_for_the_first_time_gets_a_colour_in_the_list(
    state: LiveState, outbox: Outbox, caption: Callable[..., Caption]
) -> None:
    roster = RosterHint((Participant(ANA[0], ANA[1]), Participant("p9", "Ben")), 1.0)
    _say(state, outbox, roster)
    await outbox.take()
    _say(state, outbox, CaptionRevised(caption("a", ANA, "hello")))
    _, people = await outbox.take()
    colours = {each["id"]: each["colour"] for each in people["people"]}
    assert (colours[ANA[0]] >= 0, colours["p9"]) == (True, -1)
    _say(state, outbox, CaptionRevised(caption("b", ANA, "again")))
    assert [each["type"] for each in await outbox.take()] == ["caption"]

"""The ways in, each told apart, on a real page."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from domain.meetings import MeetingState, Reason
from standin.script import Ending, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = pytest.mark.e2e


def script(lobby: Lobby, **changes: Any) -> Script:
    return replace(bundled_script("short"), lobby=lobby, end=Ending("stays"), **changes)


async def test_it_comes_in_directly_and_leaves_with_proof(visit: Any) -> None:
    async with StandIn(script(Lobby("none"))) as site:
        async with visit(site) as stay:
            assert await stay.bot.join() is None
            assert await stay.bot.leave(Reason.STOPPED)
            assert not site.room.in_call()
    assert stay.states == [
        MeetingState.STARTING,
        MeetingState.JOINING,
        MeetingState.IN_MEETING,
        MeetingState.LEAVING,
    ]
    assert "meeting_details" in stay.changes[2][2]


async def test_the_lobby_is_not_the_meeting(visit: Any) -> None:
    traps = Traps(device_prompt=True, consent_dialog=True, got_it_dialog=True)
    async with StandIn(script(Lobby("admit", after_s=2.0, wording="admits"), traps=traps)) as site:
        async with visit(site) as stay:
            assert await stay.bot.join() is None
            assert stay.bot.clock.now_s() < 2
    assert [(state, reason) for state, reason, _ in stay.changes[1:]] == [
        (MeetingState.JOINING, Reason.BROWSER_READY),
        (MeetingState.LOBBY, Reason.KNOCKED),
        (MeetingState.IN_MEETING, Reason.ADMITTED),
    ]


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("deny", Reason.DENIED),
        ("host_absent", Reason.HOST_ABSENT),
        ("wrong_code", Reason.WRONG_CODE),
        ("full", Reason.MEETING_FULL),
        ("sign_in", Reason.SIGN_IN_REQUIRED),
        ("blocked", Reason.BLOCKED),
    ],
)
async def test_each_refusal_has_its_name(visit: Any, behaviour: str, reason: Reason) -> None:
    async with StandIn(script(Lobby(behaviour, after_s=1.0))) as site:
        async with visit(site, lobby_timeout_s=2.0) as stay:
            ending = await stay.bot.join()
            kept = await stay.bot.evidence()
    assert ending is not None
    assert ending.reason is reason
    assert ending.evidence
    assert MeetingState.IN_MEETING not in stay.states
    assert kept.missing == []
    assert (kept.picture or b"").startswith(b"\x89PNG")
    assert b"multipart/related" in (kept.archive or b"")


async def test_nobody_answers(visit: Any) -> None:
    async with StandIn(script(Lobby("never", after_s=600))) as site:
        async with visit(site, lobby_timeout_s=2.0) as stay:
            ending = await stay.bot.join()
    assert ending is not None
    assert ending.reason is Reason.LOBBY_TIMEOUT


async def test_the_site_says_that_nobody_answered(visit: Any) -> None:
    async with StandIn(script(Lobby("never", after_s=1.0))) as site:
        async with visit(site, lobby_timeout_s=4.0) as stay:
            ending = await stay.bot.join()
    assert ending is not None
    assert ending.reason is Reason.NO_ANSWER


async def test_a_stop_ends_the_wait_in_the_lobby(visit: Any) -> None:
    async with StandIn(script(Lobby("never", after_s=600))) as site:
        async with visit(site) as stay, asyncio.TaskGroup() as tasks:
            joining = tasks.create_task(stay.bot.join())
            await stay.reached(MeetingState.LOBBY)
            stay.bot.stop(Reason.STOPPED, "asked")
            ending = await joining
    assert ending is not None
    assert ending.reason is Reason.STOPPED

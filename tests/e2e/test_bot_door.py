"""Traps between the link and the call, on a real page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.events import Notice
from domain.meetings import MeetingState, Reason
from standin.script import Ending, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

Until = Callable[..., Awaitable[None]]
heavy = pytest.mark.heavy


def script(lobby: Lobby | None = None, **traps: Any) -> Script:
    base = replace(bundled_script("short"), lines=(), chat=(), end=Ending("stays"))
    return replace(base, lobby=lobby or Lobby("none"), traps=Traps(**traps))


async def notices(stay: Any) -> dict[str, str]:
    """What a closed bot told, the last of each kind."""
    told = [event async for event in stay.bot.events() if isinstance(event, Notice)]
    return {notice.kind: notice.text for notice in told}


@pytest.mark.parametrize(
    "site_script",
    [
        pytest.param(
            script(
                Lobby("never", 600, "admits"),
                camera_off_in_lobby_s=0.2,
                elsewhere=True,
                name_input="controlled",
                green_room_dialog=True,
                lobby_shows_hidden_anchor=True,
                captcha="invisible",
            ),
            id="another device, a doubting name box, a dialog, a lobby that pretends",
        ),
        pytest.param(script(signed_in=True, join_wording="anyway"), id="signed in", marks=heavy),
        pytest.param(
            script(account_choice=True, name_input="placeholder", join_wording="call_now"),
            id="without an account",
            marks=heavy,
        ),
        pytest.param(
            script(
                device_prompt=True,
                device_prompt_wording="microphone",
                name_input="bare",
                join_wording="join_anyway",
            ),
            id="the short device prompt, a bare name box",
            marks=heavy,
        ),
        pytest.param(
            script(
                Lobby("never", 600, "lets_in"),
                consent_dialog=True,
                consent_wording="recording",
                consent_plain=True,
                join_wording="without_camera",
            ),
            id="a plain notice of recording",
            marks=heavy,
        ),
        pytest.param(
            script(
                Lobby("never", 600, "someone"),
                consent_dialog=True,
                consent_wording="transcript",
                toolbar_hides_s=0.1,
            ),
            id="a notice of transcription, a toolbar that hides",
            marks=heavy,
        ),
        pytest.param(script(Lobby("never", 600, "asking")), id="asking", marks=heavy),
        pytest.param(script(Lobby("never", 600, "request")), id="request", marks=heavy),
    ],
)
async def test_it_gets_in_and_out(visit: Any, until: Until, site_script: Script) -> None:
    waits = site_script.lobby.behaviour == "never"
    async with StandIn(site_script) as site, visit(site) as stay, asyncio.TaskGroup() as tasks:
        joining = tasks.create_task(stay.bot.join())
        if waits:
            await stay.reached(MeetingState.LOBBY, within_s=40)
            if site_script.traps.camera_off_in_lobby_s is not None:
                await until(lambda: not any(guest.camera for guest in site.room.guests))
            await site.admit()
        assert await joining is None
        await until(lambda: any(guest.camera for guest in site.room.in_call()))
        assert await stay.bot.leave(Reason.STOPPED)
        assert site.journal.first("switched") is None
    assert (MeetingState.LOBBY in stay.states) is waits
    told = await notices(stay)
    if site_script.traps.consent_dialog:
        assert "This call is being" in told["consent"]


@pytest.mark.parametrize(
    ("site_script", "reason", "evidence"),
    [
        pytest.param(
            script(Lobby("never", 600), denied_wording="left", bot_verdict=2, risk_queue="told"),
            Reason.DENIED,
            "you left the meeting",
            id="denied among potential risks",
        ),
        pytest.param(
            script(blocked_at_once=True, home_after_s=1.0),
            Reason.BLOCKED,
            "you can't join this video call",
            id="turned away and sent home",
            marks=heavy,
        ),
        pytest.param(
            script(Lobby("sign_in"), sign_in_wall="page"),
            Reason.SIGN_IN_REQUIRED,
            "the page asks to sign in",
            id="a sign-in page",
            marks=heavy,
        ),
        pytest.param(
            script(Lobby("sign_in"), sign_in_wall="chooser"),
            Reason.SIGN_IN_REQUIRED,
            "choose an account",
            id="an account chooser",
            marks=heavy,
        ),
        *(
            pytest.param(
                script(Lobby(lobby, 0.5), **{f"{reason}_wording": wording}),
                reason,
                "the page says",
                id=f"{reason}: {wording}",
                marks=heavy,
            )
            for lobby, reason, wordings in (
                ("wrong_code", Reason.WRONG_CODE, ("invalid", "expired", "does_not_work")),
                ("deny", Reason.DENIED, ("were", "not_allowed")),
                ("blocked", Reason.BLOCKED, ("meeting", "problem")),
            )
            for wording in wordings
        ),
    ],
)
async def test_refused_for_good(
    visit: Any, site_script: Script, reason: Reason, evidence: str
) -> None:
    async with StandIn(site_script) as site, visit(site) as stay, asyncio.TaskGroup() as tasks:
        joining = tasks.create_task(stay.bot.join())
        if site_script.lobby.behaviour == "never":
            await stay.reached(MeetingState.LOBBY, within_s=40)
            await site.deny()
        ending = await joining
        asked = sum(item.kind == "asked" for item in site.journal.happenings)
    assert ending is not None
    assert ending.reason is reason
    assert evidence in ending.evidence
    assert asked <= 1
    told = await notices(stay)
    if site_script.traps.risk_queue:
        assert "potential risks" in told["risk_queue"]
    if site_script.traps.bot_verdict:
        assert "takes this browser for automated" in told["meet_verdict"]
        assert "takes this browser for automated" in ending.evidence


@heavy
@pytest.mark.parametrize(
    ("site_script", "reason"),
    [
        (script(Lobby("never", 0.3)), Reason.NO_ANSWER),
        (script(Lobby("full"), full_wording="call"), Reason.MEETING_FULL),
    ],
)
async def test_where_people_were_not_there_it_asks_again_twice(
    visit: Any, monkeypatch: pytest.MonkeyPatch, site_script: Script, reason: Reason
) -> None:
    monkeypatch.setattr("domain.retries.KNOCK_PAUSES_S", (0.1, 0.2))
    async with StandIn(site_script) as site, visit(site) as stay:
        ending = await stay.bot.join()
        opened = sum(item.kind == "opened" for item in site.journal.happenings)
    assert ending is not None
    assert ending.reason is reason
    assert "3 tries" in ending.evidence
    assert opened == 3
    again = [told for state, why, told in stay.changes if why is reason]
    assert [told.partition(":")[0] for told in again] == ["try 2 of 3 in 0 s", "try 3 of 3 in 0 s"]


@heavy
async def test_a_captcha_waits_for_a_person(visit: Any) -> None:
    solved = script(
        captcha="visible", captcha_solved_after_s=2.0, bot_verdict=1, bot_verdict_nested=True
    )
    async with StandIn(solved) as site, visit(site) as stay:
        assert await stay.bot.join() is None
    assert [(state, why) for state, why, _ in stay.changes[2:4]] == [
        (MeetingState.NEEDS_HELP, Reason.CAPTCHA),
        (MeetingState.JOINING, Reason.HELPED),
    ]
    assert "does not take" in (await notices(stay))["meet_verdict"]
    async with StandIn(script(captcha="visible")) as site:
        async with visit(site, help_timeout_s=1.0) as stay:
            ending = await stay.bot.join()
        assert site.journal.first("asked") is None
    assert ending is not None
    assert ending.reason is Reason.CAPTCHA


@heavy
async def test_an_error_page_is_told(visit: Any) -> None:
    async with StandIn(script(first_loads_fail=1.0)) as site, visit(site) as stay:
        ending = await stay.bot.join()
        assert ending is not None
        assert ending.reason is Reason.BROWSER_FAILED
        assert "503" in ending.evidence
        assert await stay.bot.join() is None


@heavy
async def test_a_page_that_shows_nothing_runs_out_of_time(visit: Any) -> None:
    async with StandIn(script(first_loads_hang=1.0)) as site:
        async with visit(site, start_timeout_s=2.0) as stay:
            ending = await stay.bot.join()
    assert ending is not None
    assert ending.reason is Reason.START_TIMEOUT

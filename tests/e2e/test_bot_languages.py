"""The way in, the call and the way out where the page is not in English, or not as it was."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.events import Notice
from domain.meetings import MeetingState, Reason
from standin.script import CaptionHabits, Ending, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

Until = Callable[..., Awaitable[None]]


def script(**traps: Any) -> Script:
    base = replace(bundled_script("short"), lines=(), chat=(), end=Ending("stays"))
    return replace(base, lobby=Lobby("never", 600), traps=Traps(**traps))


async def come_in(stay: Any, site: StandIn) -> None:
    """Waits until the bot has seen the lobby, and lets it in."""
    async with asyncio.TaskGroup() as tasks:
        joining = tasks.create_task(stay.bot.join())
        await stay.reached(MeetingState.LOBBY, within_s=40)
        await site.admit()
    assert joining.result() is None


async def notices(stay: Any) -> dict[str, str]:
    told = [event async for event in stay.bot.events() if isinstance(event, Notice)]
    return {notice.kind: notice.text for notice in told}


@pytest.mark.parametrize(
    "language",
    ["de", *(pytest.param(code, marks=pytest.mark.heavy) for code in ("es", "fr", "ja"))],
)
async def test_a_page_in_another_language(visit: Any, until: Until, language: str) -> None:
    asked = script(
        ui_language=language, device_prompt=True, consent_dialog=True, mic_off_dialog=True
    )
    async with StandIn(asked) as site, visit(site) as stay:
        await come_in(stay, site)
        await until(lambda: any(guest.captions for guest in site.room.in_call()))
        await until(lambda: any(guest.camera for guest in site.room.in_call()))
        assert await stay.bot.say("Hola")
        assert await stay.bot.leave(Reason.STOPPED)
        report = stay.bot.drift
    assert MeetingState.LOBBY in stay.states
    assert report.language == language
    assert report.drifted == {}
    assert report.missing == ()
    assert "page_language" not in await notices(stay)


@pytest.mark.heavy
@pytest.mark.parametrize("language", ["de", "es", "fr", "ja"])
async def test_refusals_in_another_language(visit: Any, language: str) -> None:
    deny = replace(script(ui_language=language), lobby=Lobby("deny", 0.3))
    async with StandIn(deny) as site, visit(site) as stay:
        ending = await stay.bot.join()
    assert ending is not None
    assert ending.reason is Reason.DENIED


@pytest.mark.heavy
async def test_a_language_without_texts_goes_by_structure(visit: Any) -> None:
    async with StandIn(script(ui_language="pt", consent_dialog=True)) as site:
        async with visit(site) as stay:
            await come_in(stay, site)
            assert await stay.bot.leave(Reason.STOPPED)
            report = stay.bot.drift
    assert MeetingState.LOBBY in stay.states
    assert "in any language" in stay.changes[-2][2]
    assert report.language == "pt"
    assert "'pt'" in (await notices(stay))["page_language"]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("kinds", "fallen"),
    [
        (
            ("jsnames", "classes", "promo", "panels", "actions"),
            {"join": "label", "chat_button": "label"},
        ),
        (
            ("icons", "labels"),
            {"name_input": "jsname", "leave": "jsname", "captions_toggle": "label"},
        ),
    ],
)
async def test_an_updated_page_is_told_in_the_report(
    visit: Any, until: Until, kinds: tuple[str, ...], fallen: dict[str, str]
) -> None:
    on = CaptionHabits(on_at_start=True)
    async with StandIn(replace(script(drifted=kinds), captions=on)) as site:
        async with visit(site) as stay:
            await come_in(stay, site)
            await until(lambda: any(guest.camera for guest in site.room.in_call()))
            assert await stay.bot.leave(Reason.STOPPED)
            report = stay.bot.drift
    assert fallen.items() <= report.drifted.items()
    assert all(report.answered[target] == way for target, way in fallen.items())

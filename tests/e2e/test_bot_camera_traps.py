"""The camera's picture arrives, whatever the page does to it; where it cannot, that is told."""

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from domain.hints import ChatHint
from domain.pictures import HEIGHT, WIDTH, PictureUpdate, Rectangle
from standin.script import Ending, Line, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def script(traps: Traps, **changes: Any) -> Script:
    base = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("stays"), chat=())
    return replace(base, **{"lines": (), "traps": traps, **changes})


async def show(bot: Any, luma: int) -> None:
    """A plain picture of one brightness."""
    pixels = bytes([luma]) * (WIDTH * HEIGHT) + bytes([128]) * (WIDTH * HEIGHT // 2)
    area = (Rectangle(0, 0, WIDTH, HEIGHT),)
    await bot.camera.show(PictureUpdate(luma, WIDTH, HEIGHT, pixels, area, 0.0))


async def received(site: StandIn, luma: int, within_s: float = 25.0) -> None:
    """Waits until people in the meeting see a picture of that brightness at full size."""
    async with asyncio.timeout(within_s):
        while not seen(site, luma):
            await asyncio.sleep(0.1)


def seen(site: StandIn, luma: int) -> bool:
    watched = site.observer
    if (watched.width, watched.height) != (WIDTH, HEIGHT):
        return False
    mean = np.frombuffer(watched.i420(), np.uint8)[: WIDTH * HEIGHT].mean()
    return bool(abs(mean - luma) < 12)


async def repaired(visit: Any, listening: Any, fault: str) -> None:
    traps = Traps(camera_fault_at_s=8.0, camera_fault=fault)
    async with StandIn(script(traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        await show(stay.bot, 200)
        async with listening(stay.bot) as heard:
            await heard.until(lambda: "camera_sending" in heard.notices)
            await heard.until(lambda: "camera_stalled" in heard.notices)
            await heard.until(lambda: heard.notices.count("camera_sending") == 2)
            await show(stay.bot, 90)
            await received(site, 90)
            health = stay.bot.health
    assert "camera_not_sent" not in heard.notices
    assert health.camera_on
    assert health.camera_arrives


@pytest.mark.heavy
async def test_a_camera_track_that_ended_is_replaced(visit: Any, listening: Any) -> None:
    await repaired(visit, listening, "stopped")


@pytest.mark.heavy
@pytest.mark.parametrize("fault", ["dropped", "black"])
async def test_other_faults_are_repaired_too(visit: Any, listening: Any, fault: str) -> None:
    await repaired(visit, listening, fault)


@pytest.mark.heavy
async def test_a_camera_that_cannot_be_repaired_is_told(visit: Any, listening: Any) -> None:
    traps = Traps(camera_fault_at_s=8.0, camera_fault="inactive")
    async with StandIn(script(traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        async with listening(stay.bot) as heard:
            await heard.until(lambda: "camera_not_sent" in heard.notices)
            health = stay.bot.health
    assert heard.notices.count("camera_stalled") == 1
    assert health.camera_on
    assert not health.camera_arrives


@pytest.mark.heavy
async def test_effects_and_a_lasting_toast_do_not_touch_the_picture(
    visit: Any, listening: Any
) -> None:
    traps = Traps(camera_effects=True, camera_toast=True, camera_off_at_s=5.0)
    async with StandIn(script(traps)) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        await show(stay.bot, 200)
        await received(site, 200)
        async with listening(stay.bot) as heard:
            await heard.until(lambda: "camera_restored" in heard.notices)
            await show(stay.bot, 90)
            await received(site, 90)
            await heard.until(lambda: "camera_sending" in heard.notices)
            assert stay.bot.health.camera_same is not False


@pytest.mark.heavy
async def test_another_room_of_the_meeting(visit: Any, listening: Any) -> None:
    lines = (
        Line("anna", 1.0, "Good morning everyone."),
        Line("lucia", 22.0, "Muchas gracias, la reunión empieza ahora."),
    )
    play = script(Traps(rerendered_at_s=6.0), lines=lines)
    async with StandIn(play) as site, visit(site) as stay:
        assert await stay.bot.join() is None
        await show(stay.bot, 200)
        async with listening(stay.bot) as heard:
            await heard.until(lambda: ("Anna Keller", lines[0].text) in heard.lines)
            await heard.until(lambda: ("Lucía Gómez", lines[1].text) in heard.lines, 45)
            await show(stay.bot, 90)
            await received(site, 90)
            await site.say_chat("Anna Keller", "We are here now")
            await heard.until(
                lambda: (
                    "We are here now" in [h.text for h in heard.hints if isinstance(h, ChatHint)]
                )
            )
            assert await stay.bot.say("So am I")
    assert "camera_not_sent" not in heard.notices
    assert sorted(p.name for p in stay.bot.intake.roster.present) == [
        "Anna Keller",
        "Dragoman",
        "Lucía Gómez",
    ]

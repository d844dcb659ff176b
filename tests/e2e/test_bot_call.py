"""What the bot hears, sees and does in a call, on a real page."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pytest

from domain.audio import MIX, Frame, Gap
from domain.events import Notice
from domain.hints import CaptionHint, ChatHint, LoudnessHint, RosterHint
from domain.meetings import Reason
from domain.pictures import PictureUpdate, Rectangle
from standin.script import CaptionHabits, Ending, Line, Lobby, Script, Traps, bundled_script
from standin.server import StandIn

pytestmark = pytest.mark.e2e
T = TypeVar("T")
TALK = (
    Line("anna", 1.0, "Good morning everyone, the new plan is ready."),
    Line("lucia", 3.0, "Muchas gracias, la reunión empieza ahora."),
)


def script(**changes: Any) -> Script:
    base = replace(bundled_script("short"), lobby=Lobby("none"), end=Ending("stays"), chat=())
    return replace(base, lines=TALK, **changes)


async def collect(source: AsyncIterator[T], into: list[T]) -> None:
    async for item in source:
        into.append(item)


def loudness(frames: list[Frame]) -> float:
    return max(float(np.abs(np.frombuffer(f.pcm, "<i2")).max()) for f in frames) / 32768


async def hear(bot: Any, seconds: float) -> tuple[list[Frame], list[Any], list[Any]]:
    frames: list[Frame] = []
    hints: list[Any] = []
    events: list[Any] = []
    async with asyncio.TaskGroup() as tasks:
        readers = [
            tasks.create_task(collect(bot.frames(), frames)),
            tasks.create_task(collect(bot.hints(), hints)),
            tasks.create_task(collect(bot.events(), events)),
        ]
        await asyncio.sleep(seconds)
        for reader in readers:
            reader.cancel()
    return frames, hints, events


def check_placement(frames: list[Frame]) -> None:
    for track in {frame.track for frame in frames}:
        starts = np.array([frame.start_s for frame in frames if frame.track == track])
        steps = np.diff(starts)
        assert steps.min() > 0.018
        assert steps.max() < 0.022


async def test_it_hears_who_speaks_and_what_the_captions_say(visit: Any) -> None:
    async with StandIn(script()) as site:
        async with visit(site) as stay:
            bot = stay.bot
            assert await bot.join() is None
            frames, hints, events = await hear(bot, 7.5)
            health = bot.health
            await bot.leave(Reason.STOPPED)
    tracks = {frame.track for frame in frames}
    assert tracks == {"receiver-0", "receiver-1", "receiver-2"}
    check_placement(frames)
    assert loudness(frames) > 0.05
    captions = [hint for hint in hints if isinstance(hint, CaptionHint)]
    assert [hint.text for hint in captions if hint.final][0] == TALK[0].text
    assert {hint.name for hint in captions} == {"Anna Keller", "Lucía Gómez"}
    assert {hint.source for hint in captions} == {"channel"}
    roster = [hint for hint in hints if isinstance(hint, RosterHint)][-1]
    assert [person.name for person in roster.participants if person.is_self] == ["Dragoman"]
    loud = {h.participant_id for h in hints if isinstance(h, LoudnessHint) and h.level > 0.01}
    assert loud == {hint.participant_id for hint in captions}
    assert not [event for event in events if isinstance(event, Gap)]
    assert health.audio_path == "receivers"
    assert health.camera_on
    assert health.drift == {}


async def test_a_broken_socket_loses_nothing(visit: Any) -> None:
    async with StandIn(script()) as site:
        async with visit(site) as stay:
            assert await stay.bot.join() is None
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(hear(stay.bot, 5.0))
                for _ in range(4):
                    await asyncio.sleep(0.9)
                    await stay.endpoint.drop()
            frames, _, events = listening.result()
    check_placement(frames)
    assert not [event for event in events if isinstance(event, Gap)]
    assert stay.bot.intake.handshake.lost == 0


async def test_without_receivers_the_page_s_own_mix_is_heard(visit: Any) -> None:
    async with StandIn(script(audio_path="mixed")) as site:
        async with visit(site) as stay:
            assert await stay.bot.join() is None
            frames, _, events = await hear(stay.bot, 5.0)
    assert {frame.track for frame in frames} == {MIX}
    assert loudness(frames) > 0.05
    assert [e.text for e in events if isinstance(e, Notice) and e.kind == "audio_path"] == [
        "Sound comes from the mix: it sounds."
    ]


async def test_captions_are_read_from_the_region_where_there_is_no_channel(visit: Any) -> None:
    async with StandIn(script(captions=CaptionHabits(channel=False))) as site:
        async with visit(site) as stay:
            assert await stay.bot.join() is None
            _, hints, _ = await hear(stay.bot, 9.0)
    captions = [hint for hint in hints if isinstance(hint, CaptionHint)]
    assert {hint.source for hint in captions} == {"region"}
    last = {hint.name: hint.text for hint in captions}
    assert last == {"Anna Keller": TALK[0].text, "Lucía Gómez": TALK[1].text}


async def test_the_camera_is_seen_and_comes_back(visit: Any) -> None:
    async with StandIn(script()) as site:
        async with visit(site) as stay:
            bot = stay.bot
            assert await bot.join() is None
            white = bytes([200]) * (1280 * 720) + bytes([128]) * (1280 * 720 // 2)
            await bot.camera.show(
                PictureUpdate(1, 1280, 720, white, (Rectangle(0, 0, 1280, 720),), 0.0)
            )
            await asyncio.sleep(2.5)
            assert (site.observer.width, site.observer.height) == (1280, 720)
            assert 185 < np.frombuffer(site.observer.i420(), np.uint8)[: 1280 * 720].mean() < 215
            await site.toggle_camera_off()
            await site.set_captions(False)
            _, _, events = await hear(bot, 6.0)
            before = site.observer.frames_received
            await asyncio.sleep(1.0)
            assert site.observer.frames_received - before > 10
            assert site.observer.mic_peak < 0.001
    kinds = [event.kind for event in events if isinstance(event, Notice)]
    assert "camera_restored" in kinds
    assert kinds.index("captions_off") < kinds.index("captions_on", kinds.index("captions_off"))


async def test_chat_is_written_and_read(visit: Any) -> None:
    async with StandIn(script()) as site:
        async with visit(site) as stay:
            bot = stay.bot
            assert await bot.join() is None
            assert await bot.say("word " * 150)
            await site.say_chat("Anna Keller", "Hello <b>bot</b>")
            _, hints, _ = await hear(bot, 1.5)
    messages = [hint for hint in hints if isinstance(hint, ChatHint)]
    assert ("Anna Keller", "Hello <b>bot</b>") in [(m.sender, m.text) for m in messages]
    assert [len(m.text) <= 500 for m in messages if not m.sender] == [True, True]
    assert not any(m.earlier for m in messages)


async def test_a_closed_chat_is_said_so(visit: Any) -> None:
    async with StandIn(script(traps=Traps(chat_closed=True))) as site:
        async with visit(site) as stay:
            assert await stay.bot.join() is None
            assert not await stay.bot.say("hello")

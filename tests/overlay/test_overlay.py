"""The overlay as a whole: captions in, pictures out, never on the loop."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.captions import Caption
from domain.clock import FakeClock, MeetingClock
from domain.errors import UsageError
from domain.events import Event, PictureShown, StageTimed
from domain.pictures import PictureUpdate
from overlay.inbox import LIMIT, Inbox
from overlay.overlay import Overlay
from overlay.settings import OverlaySettings
from overlay.sinks.memory import MemorySink

Make = Callable[..., Caption]

pytestmark = pytest.mark.usefixtures("book")


class BrokenSink:
    """Refuses everything."""

    async def show(self, update: PictureUpdate) -> None:
        raise OSError("no space")

    async def aclose(self) -> None:
        return None


async def until(condition: Callable[[], bool]) -> None:
    """Waits until something holds; the test's own time-out ends it otherwise."""
    while not condition():
        await asyncio.sleep(0.005)


async def test_pictures_come_out_in_order_and_are_told_of(make_caption: Make) -> None:
    sink = MemorySink()
    events: list[Event] = []
    clock = MeetingClock.start()
    async with Overlay(OverlaySettings(targets=("es",)), clock, [sink], events.append) as overlay:
        assert [update.number for update in sink.updates] == [1]
        await overlay.show(make_caption("Hello all", {"es": "Hola"}))
        await until(lambda: sink.updates[-1].captions == (("c1", 1),))
    assert [update.number for update in sink.updates] == list(range(1, len(sink.updates) + 1))
    assert sink.closed
    shown = [event for event in events if isinstance(event, PictureShown)]
    assert [event.number for event in shown] == [update.number for update in sink.updates]
    assert shown[-1].captions == (("c1", 1),)
    assert {event.stage for event in events if isinstance(event, StageTimed)} == {"draw"}


async def test_a_flood_is_coalesced_to_the_newest(make_caption: Make) -> None:
    sink = MemorySink()
    async with Overlay(OverlaySettings(), MeetingClock.start(), [sink]) as overlay:
        for revision in range(300):
            await overlay.show(make_caption(f"number {revision}", revision=revision))
        await until(lambda: sink.updates[-1].captions == (("c1", 299),))
    assert len(sink.updates) < 20


async def test_what_came_last_is_drawn_before_it_ends(make_caption: Make) -> None:
    sink = MemorySink()
    async with Overlay(OverlaySettings(), MeetingClock.start(), [sink]) as overlay:
        await overlay.show(make_caption("Good bye"))
    assert sink.updates[-1].captions == (("c1", 1),)


async def test_cards_and_settings_take_effect(make_caption: Make) -> None:
    sink = MemorySink()
    async with Overlay(OverlaySettings(), MeetingClock.start(), [sink]) as overlay:
        await overlay.show(make_caption("Hello"))
        await until(lambda: len(sink.updates[-1].captions) == 1)
        overlay.set_card("lost-sound")
        await until(lambda: sink.updates[-1].captions == ())
        overlay.set_card(None)
        await until(lambda: len(sink.updates[-1].captions) == 1)
        overlay.apply(OverlaySettings(theme="light", width=640, height=360))
        await until(lambda: sink.updates[-1].width == 640)
        assert sink.updates[-1].changed[0].width == 640
        assert len(sink.updates[-1].captions) == 1
        with pytest.raises(UsageError):
            overlay.set_card("party")


async def test_a_broken_output_does_not_stop_the_others(
    make_caption: Make, caplog: pytest.LogCaptureFixture
) -> None:
    sink = MemorySink()
    async with Overlay(OverlaySettings(), MeetingClock.start(), [BrokenSink(), sink]) as overlay:
        await overlay.show(make_caption("Hello"))
        await until(lambda: len(sink.updates) >= 2)
    assert len([r for r in caplog.records if "refused a picture" in r.message]) == 1


async def test_a_caption_that_cannot_be_drawn_is_left_out(
    make_caption: Make, caplog: pytest.LogCaptureFixture
) -> None:
    sink = MemorySink()
    async with Overlay(OverlaySettings(), MeetingClock.start(), [sink]) as overlay:
        await overlay.show(replace(make_caption("Hello"), words=None))  # type: ignore[arg-type]
        await until(lambda: len(caplog.records) == 1)
        await overlay.show(make_caption("Hello again", id="c2"))
        await until(lambda: sink.updates[-1].captions == (("c2", 1),))


async def test_a_picture_that_cannot_be_drawn_at_all_is_left_out(
    make_caption: Make, caplog: pytest.LogCaptureFixture
) -> None:
    sink = MemorySink()
    async with Overlay(OverlaySettings(), MeetingClock.start(), [sink]) as overlay:
        overlay.set_card("error", (7,))  # type: ignore[arg-type]
        await until(lambda: len(caplog.records) >= 2)
        overlay.set_card(None)
        await overlay.show(make_caption("Hello again", id="c2"))
        await until(lambda: sink.updates[-1].captions == (("c2", 1),))
    assert "could not be drawn at all" in caplog.records[1].message


async def test_an_error_in_the_meeting_comes_through_and_closes_the_sinks() -> None:
    sink = MemorySink()
    with pytest.raises(ExceptionGroup) as caught:
        async with Overlay(OverlaySettings(), MeetingClock.start(), [sink]):
            raise LookupError("meeting")
    assert caught.group_contains(LookupError)
    assert sink.closed


async def test_words_leave_by_themselves(make_caption: Make) -> None:
    sink = MemorySink()
    clock = FakeClock()
    async with Overlay(OverlaySettings(), clock, [sink]) as overlay:
        await overlay.show(make_caption("Hello"))
        await until(lambda: len(sink.updates[-1].captions) == 1)
        clock.advance(60)
        await until(lambda: sink.updates[-1].captions == ())


def test_the_inbox_is_bounded_and_counts_what_it_drops(
    make_caption: Make, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = Inbox()
    for number in range(LIMIT + 5):
        inbox.caption(make_caption("x", id=str(number)), float(number))
    inbox.caption(make_caption("old", id=str(LIMIT), revision=0), 0.0)
    changes = inbox.take()
    assert len(changes.captions) == LIMIT
    assert changes.since_s == 0.0
    assert inbox.dropped == 5
    assert len(caplog.records) == 1
    assert inbox.take().captions == ()

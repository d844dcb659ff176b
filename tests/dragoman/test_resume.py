"""A second process in the same meeting: one clock, and an honest gap."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.clock import MeetingClock
from domain.meetings import MeetingState, Reason, StateChange
from domain.transcripts import Segment
from dragoman.meeting_row import new_meeting
from dragoman.resume import boot, clock_again, earlier, lost_from, note_clock
from dragoman.settings import load_settings
from dragoman.store import open_stores
from storage.bots import Heartbeat


def segment(who: str, start_s: float, end_s: float) -> Segment:
    return Segment(f"{who}{start_s}", "m", who, who, "en", start_s, end_s, "words", 1.0, "engine")


def test_the_clock_goes_on_where_it_was() -> None:
    first = MeetingClock(time.monotonic() - 100, datetime.now(UTC) - timedelta(seconds=100))
    again = clock_again(first.began_at, f"{boot()} {first.began_monotonic_s}")
    assert again == first


def test_a_jump_of_the_wall_clock_does_not_move_it() -> None:
    jumped = datetime.now(UTC) + timedelta(hours=3)
    again = clock_again(jumped, f"{boot()} {time.monotonic() - 100}")
    assert 100 <= again.now_s() < 130


@pytest.mark.parametrize("noted", ["", "another-run 5.0"])
def test_after_a_restart_of_the_machine_the_wall_clock_tells(noted: str) -> None:
    again = clock_again(datetime.now(UTC) - timedelta(seconds=100), noted)
    assert 100 <= again.now_s() < 130


def test_words_may_be_missing_since_the_last_ones_that_were_stored() -> None:
    assert lost_from([], 50.0, 12.0) == 38.0
    assert lost_from([segment("a", 40, 48)], 50.0, 12.0) == 48.0
    assert lost_from([segment("a", 40, 48), segment("b", 40, 44)], 50.0, 12.0) == 44.0
    assert lost_from([segment("a", 10, 20)], 50.0, 12.0) == 38.0
    assert lost_from([], 5.0, 12.0) == 0.0


def test_a_wall_clock_that_was_set_back_loses_no_more_of_the_meeting() -> None:
    assert lost_from([segment("a", 40, 48)], -3000.0, 12.0) == 48.0


async def test_what_an_earlier_process_left_is_read_from_the_database(tmp_path: Path) -> None:
    settings = load_settings(None, {"data": tmp_path})
    async with open_stores(settings) as stores:
        meeting = new_meeting("link", "code", settings)
        await stores.meetings.create(meeting)
        assert await earlier(meeting, stores, 12.0) is None
        clock = MeetingClock(time.monotonic() - 60, datetime.now(UTC) - timedelta(seconds=60))
        await stores.meetings.update(meeting.id, began_at=clock.began_at)
        await note_clock(stores.facts, meeting.id, clock)
        for state, reason, at_s in (
            (MeetingState.STARTING, Reason.LAUNCHED, -2),
            (MeetingState.JOINING, Reason.BROWSER_READY, -1),
            (MeetingState.IN_MEETING, Reason.ADMITTED, 0),
            (MeetingState.STARTING, Reason.RECOVERING, 50),
        ):
            at = clock.began_at + timedelta(seconds=at_s)
            await stores.meetings.change(meeting.id, StateChange(state, reason, at))
        row = await stores.meetings.get(meeting.id)
        assert row is not None
        left = await earlier(row, stores, 12.0)
        assert left is not None
        assert left.clock == clock
        assert left.lost_s == pytest.approx(38.0, abs=0.01)


async def test_the_last_sign_of_life_tells_when_it_died(tmp_path: Path) -> None:
    settings = load_settings(None, {"data": tmp_path})
    async with open_stores(settings) as stores:
        meeting = new_meeting("link", "code", settings)
        await stores.meetings.create(meeting)
        clock = MeetingClock(time.monotonic() - 900, datetime.now(UTC) - timedelta(seconds=900))
        await stores.meetings.update(meeting.id, began_at=clock.began_at)
        await note_clock(stores.facts, meeting.id, clock)
        for reason, at_s in ((Reason.LAUNCHED, -2), (Reason.RECOVERING, 50)):
            at = clock.began_at + timedelta(seconds=at_s)
            await stores.meetings.change(meeting.id, StateChange(MeetingState.STARTING, reason, at))
        beat_at = clock.began_at + timedelta(seconds=800)
        await stores.bots.beat(Heartbeat(meeting.id, "here", 1, clock.began_at, beat_at))
        row = await stores.meetings.get(meeting.id)
        assert row is not None
        left = await earlier(row, stores, 12.0)
        assert left is not None
        assert left.lost_s == pytest.approx(788.0, abs=0.01)

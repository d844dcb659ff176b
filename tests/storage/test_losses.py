"""Stored gaps never overlap, and one fault that several tell is one gap with one reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audio import MIX, Gap
from domain.meetings import Meeting
from storage.database import Database
from storage.facts import SqlFactStore
from storage.losses import settled

RATE = 16_000


def gap(start_s: float, end_s: float, reason: str = "stall", track: str = MIX) -> Gap:
    return Gap(track, start_s, end_s, round((end_s - start_s) * RATE), reason)


def store(gaps: list[Gap]) -> list[Gap]:
    rows: list[Gap] = []
    for each in gaps:
        stored, replaced = settled(rows, each)
        rows = [row for row in rows if row not in replaced and row != stored] + [stored]
    return sorted(rows, key=lambda row: row.start_s)


def test_the_stretch_of_every_track_is_one() -> None:
    tracks = [gap(4, 9, track=f"receiver-{n}") for n in range(3)]
    assert store(tracks) == [gap(4, 9)]


def test_what_began_before_a_crash_belongs_to_it() -> None:
    told = [gap(10, 12, "interrupted"), gap(9, 30, "the page crashed"), gap(11, 31, "no_sound")]
    assert store(told) == [gap(9, 31, "the page crashed")]


def test_two_faults_that_touch_stay_two() -> None:
    told = [gap(1, 5, "paused"), gap(4.5, 9, "page_reloaded"), gap(20, 21, "stall")]
    assert store(told) == [gap(1, 5, "paused"), gap(5, 9, "page_reloaded"), gap(20, 21, "stall")]


times = st.integers(0, 400).map(lambda tenths: tenths / 10)
lengths = st.integers(1, 200).map(lambda tenths: tenths / 10)
told = st.lists(
    st.builds(
        lambda start_s, length_s, reason, track: gap(start_s, start_s + length_s, reason, track),
        *(times, lengths, st.sampled_from("abc"), st.sampled_from(("t0", "t1", MIX))),
    ),
    max_size=12,
)


@given(told)
def test_nothing_overlaps_nothing_is_forgotten_and_repeats_change_nothing(told: list[Gap]) -> None:
    rows = store(told)
    for before, after in zip(rows, rows[1:], strict=False):
        assert before.end_s <= after.start_s
    for each in told:
        middle_s = (each.start_s + each.end_s) / 2
        assert any(row.start_s <= middle_s <= row.end_s for row in rows)
    for row in rows:
        assert 0 < row.samples <= round((row.end_s - row.start_s) * RATE) + len(told)
        assert store([*rows, row]) == rows


async def test_a_database_holds_one_row_for_one_fault(
    database: Database, stored_meeting: Meeting
) -> None:
    facts = SqlFactStore(database)
    for each in (gap(2, 3, track="receiver-0"), gap(2, 3, track="receiver-1"), gap(1, 8, "gone")):
        await facts.write_gaps(stored_meeting.id, [each])
    [row] = await facts.gaps(stored_meeting.id)
    assert (row.track, row.start_s, row.end_s, row.reason) == (MIX, 1, 8, "gone")
    assert row.samples == pytest.approx(7 * RATE)

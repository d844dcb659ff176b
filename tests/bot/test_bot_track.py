"""Frames are placed by the page's clock, whatever the blocks do."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.protocol import AudioBlock
from bot.track import Track
from domain.audio import FRAME_SAMPLES, Frame, Gap, Level

MakeBlock = Callable[..., AudioBlock]


def play(track: Track, blocks: list[tuple[AudioBlock, float]]) -> list[Frame | Gap | Level]:
    return [item for block, at_s in blocks for item in track.feed(block, at_s)]


def frames(items: list[Frame | Gap | Level]) -> list[Frame]:
    return [item for item in items if isinstance(item, Frame)]


def steps(found: list[Frame]) -> np.ndarray:
    return np.diff([frame.start_s for frame in found])


def slow_sink(make: MakeBlock, seconds: float, lack: float, jitter_s: float, seed: int):
    """Blocks of a sink that skips a share `lack` of its periods, each with some delay."""
    dice = random.Random(seed)
    blocks, truth, sequence, last_s = [], [], 0, 0.0
    for period in range(int(seconds * 100)):
        if dice.random() < lack:
            continue
        ends_s = (period + 1) * 0.01
        delay_s = dice.random() * jitter_s if dice.random() < 0.5 else 0.0
        last_s = max(last_s, ends_s + delay_s)
        blocks.append((make(sequence, last_s * 1000), last_s))
        truth.append(ends_s - 0.01)
        sequence += 1
    return blocks, truth


def test_frames_have_the_right_size_and_follow_each_other(make_block: MakeBlock) -> None:
    blocks = [(make_block(n), 5.0 + n * 0.01) for n in range(200)]
    found = frames(play(Track("receiver-0", 48_000), blocks))
    assert {len(frame.pcm) for frame in found} == {FRAME_SAMPLES * 2}
    assert len(found) >= 99
    assert found[0].start_s == pytest.approx(4.99, abs=0.003)
    assert steps(found) == pytest.approx(0.02, abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.floats(0, 0.012), st.floats(0, 0.04), st.integers(0, 1000))
def test_a_slow_sink_does_not_drift(lack: float, jitter_s: float, seed: int) -> None:
    def make(sequence: int, page_ms: float) -> AudioBlock:
        return AudioBlock(sequence + 1, 0, sequence, page_ms, 48_000, bytes(960))

    blocks, truth = slow_sink(make, 20, lack, jitter_s, seed)
    found = frames(play(Track("receiver-0", 48_000), blocks))
    for number, frame in enumerate(found[100:], 100):
        # Periods that are missed in quick succession are followed within a second.
        assert abs(frame.start_s - truth[number * 2]) < 0.1
    assert steps(found).min() > 0.018
    assert steps(found).max() < 0.0222


def test_a_stall_of_the_page_keeps_the_times(make_block: MakeBlock) -> None:
    """The page's thread hangs for 5 s: its blocks come late, all at once, none is missing."""
    blocks = [(make_block(n), n * 0.01) for n in range(300)]
    blocks += [(make_block(n), 8.0 + (n - 300) * 1e-4) for n in range(300, 801)]
    blocks += [(make_block(n), 8.05 + (n - 801) * 0.01) for n in range(801, 1200)]
    found = frames(play(Track("receiver-0", 48_000), blocks))
    assert steps(found) == pytest.approx(0.02, abs=0.0011)
    assert found[-1].start_s == pytest.approx(11.99, abs=0.1)


def test_a_pause_of_the_source_moves_what_follows(make_block: MakeBlock) -> None:
    blocks = [(make_block(n), n * 0.01) for n in range(300)]
    blocks += [(make_block(n), 10.0 + (n - 300) * 0.01) for n in range(300, 600)]
    found = frames(play(Track("receiver-0", 48_000), blocks))
    late = [frame for frame in found if frame.start_s > 5]
    assert len(late) >= 149
    assert late[0].start_s == pytest.approx(9.99, abs=0.03)


def test_lost_blocks_are_a_gap(make_block: MakeBlock) -> None:
    blocks = [(make_block(n), n * 0.01) for n in [*range(100), *range(300, 400)]]
    track = Track("receiver-0", 48_000)
    items = play(track, blocks)
    gaps = [item for item in items if isinstance(item, Gap)]
    assert [(gap.samples, gap.reason) for gap in gaps] == [(32_000, "stall")]
    assert gaps[0].end_s - gaps[0].start_s == pytest.approx(2.0, abs=0.03)
    assert track.lost_samples == 32_000
    after = [frame for frame in frames(items) if frame.start_s > 1.5]
    assert after[0].start_s == pytest.approx(2.99, abs=0.02)


def test_a_block_that_came_before_is_passed_over(make_block: MakeBlock) -> None:
    blocks = [(make_block(n), n * 0.01) for n in range(50)]
    once = play(Track("receiver-0", 48_000), blocks)
    assert play(Track("receiver-0", 48_000), [*blocks[:30], *blocks[10:]]) == once


def test_levels_come_ten_times_a_second(make_block: MakeBlock) -> None:
    loud = (np.sin(np.arange(480) * 0.1) * 16384).astype("<i2").tobytes()
    blocks = [(make_block(n, pcm=loud), n * 0.01) for n in range(101)]
    items = play(Track("receiver-0", 48_000), blocks)
    levels = [item for item in items if isinstance(item, Level)]
    assert 9 <= len(levels) <= 10
    assert levels[-1].peak == pytest.approx(0.5, abs=0.1)
    assert levels[-1].rms == pytest.approx(0.35, abs=0.05)

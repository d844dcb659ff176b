"""What every voice activity engine keeps to."""

from collections.abc import Callable

import numpy as np
import pytest

from domain.engines import load
from domain.ports import Vad
from pipeline.vad import ENGINES

WINDOW = 1024
SILENCE = bytes(WINDOW)


@pytest.fixture(params=sorted(ENGINES))
def new_vad(request: pytest.FixtureRequest) -> Callable[[], Vad]:
    make: Callable[[], Vad] = load(ENGINES, request.param)
    return make


def loud(count: int) -> list[bytes]:
    random = np.random.default_rng(3)
    return [random.normal(0, 5000, 512).astype("<i2").tobytes() for _ in range(count)]


def test_probabilities_lie_between_0_and_1(new_vad: Callable[[], Vad]) -> None:
    vad = new_vad()
    chances = [vad.probability(window) for window in [SILENCE, *loud(20), SILENCE]]
    assert all(0.0 <= chance <= 1.0 for chance in chances)


def test_silence_is_no_speech(new_vad: Callable[[], Vad]) -> None:
    vad = new_vad()
    assert all(vad.probability(SILENCE) < 0.35 for _ in range(30))


def test_reset_forgets(new_vad: Callable[[], Vad]) -> None:
    vad = new_vad()
    windows = loud(10)
    first = [vad.probability(window) for window in windows]
    vad.reset()
    assert [vad.probability(window) for window in windows] == pytest.approx(first)


def test_tracks_do_not_share_memory(new_vad: Callable[[], Vad]) -> None:
    windows = loud(10)
    alone = new_vad()
    expected = [alone.probability(window) for window in windows]
    one, other = new_vad(), new_vad()
    mixed = []
    for window in windows:
        mixed.append(one.probability(window))
        other.probability(SILENCE)
    assert mixed == pytest.approx(expected)

"""What is told of an utterance's sound."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.asr.scripted import ScriptedRecognizer
from pipeline.hearing import HearingSettings
from pipeline.quality import quality
from pipeline.windows import WINDOW_S


def pcm(wave: np.ndarray) -> bytes:
    return bytes((wave * 32768).clip(-32768, 32767).astype("<i2").tobytes())


def speech(level: float, background: float, seconds: float = 2.0) -> tuple[bytes, list[float]]:
    """A second of background, then a tone over it; the windows of the tone."""
    random = np.random.default_rng(1)
    count = int(seconds * 16000)
    times = np.arange(count) / 16000
    wave = random.normal(0, background, count)
    half = count // 2
    wave[half:] += level * 2**0.5 * np.sin(2 * np.pi * 200 * times[half:])
    windows = range(int(seconds / 2 / WINDOW_S) + 1, int(seconds / WINDOW_S))
    return pcm(wave), [10.0 + n * WINDOW_S for n in windows]


def test_levels_and_distance_from_the_background() -> None:
    sound, voiced = speech(0.1, 0.01)
    found = quality(sound, 10.0, voiced)
    assert found is not None
    assert found.rms == pytest.approx(0.1, rel=0.05)
    assert found.peak == pytest.approx(0.17, rel=0.15)
    assert found.snr_db == pytest.approx(20, abs=2.5)
    assert found.clipped == 0


def test_digital_silence_around_is_as_far_as_it_gets() -> None:
    found = quality(*(lambda s, v: (s, 10.0, v))(*speech(0.1, 0.0)))
    assert found is not None
    assert found.snr_db == 60.0


def test_clipping_is_a_share_of_samples() -> None:
    found = quality(pcm(np.tile([1.0, -1.0, 0.0, 0.0], 8000)), 0.0, [])
    assert found is not None
    assert found.clipped == pytest.approx(0.5)
    assert found.peak == 1.0


def test_no_sound_has_no_quality() -> None:
    assert quality(b"", 0.0, []) is None
    assert quality(b"\0", 0.0, []) is None


@given(st.binary(max_size=4000), st.lists(st.floats(-1, 2), max_size=5))
def test_figures_stay_within_their_bounds(sound: bytes, voiced: list[float]) -> None:
    found = quality(sound, 0.0, voiced)
    if found is not None:
        assert 0 <= found.rms <= 1
        assert 0 <= found.peak <= 1
        assert 0 <= found.clipped <= 1
        assert -60 <= found.snr_db <= 60


async def test_the_final_update_tells_the_sound(
    room, tone: Callable[[float], bytes], scripted_settings: HearingSettings
) -> None:
    from domain.speech import Word

    room.say("a", 0.0, bytes(32000) + tone(1.5))
    engine = ScriptedRecognizer({"a": [Word("hello", 1.1, 1.5), Word("there", 1.6, 2.2)]})
    heard = await room.run(engine, scripted_settings, 4.0)
    (final,) = heard.finals
    assert final.sound is not None
    assert final.sound.rms == pytest.approx(8000 / 32768 / 2**0.5, rel=0.1)
    assert final.sound.snr_db > 30

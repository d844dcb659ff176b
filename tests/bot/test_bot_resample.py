"""The low-pass: clean below 7 kHz, silent above 8 kHz, the same at any block size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.resample import RATES, Resampler, to_float, to_pcm


def tone(hertz: float, rate: int, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate).astype(np.float32)


def steady_db(samples: np.ndarray) -> float:
    middle = samples[800:-800]
    return float(20 * np.log10(max(1e-9, np.sqrt(np.mean(middle**2)) * np.sqrt(2))))


@pytest.mark.parametrize("hertz", [*range(8_000, 24_000, 250), 8_100, 15_999, 16_001])
def test_what_would_alias_is_gone(hertz: int) -> None:
    assert steady_db(Resampler(48_000).feed(tone(hertz, 48_000))) < -50


@pytest.mark.parametrize("rate", [48_000, 44_100, 32_000, 24_000])
@pytest.mark.parametrize("hertz", [100, 440, 3_000, 6_800])
def test_speech_passes(rate: int, hertz: int) -> None:
    out = Resampler(rate).feed(tone(hertz, rate))
    assert abs(steady_db(out)) < 0.1
    crossings = np.sum(np.diff(np.signbit(out[800:-800])))
    assert crossings / 2 / ((len(out) - 1600) / 16_000) == pytest.approx(hertz, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 1500), min_size=1, max_size=12), st.sampled_from(RATES))
def test_block_borders_do_not_show(sizes: list[int], rate: int) -> None:
    samples = np.random.default_rng(1).normal(0, 0.2, sum(sizes)).astype(np.float32)
    whole = Resampler(rate).feed(samples)
    stream, at, parts = Resampler(rate), 0, []
    for size in sizes:
        parts.append(stream.feed(samples[at : at + size]))
        at += size
    pieces = np.concatenate(parts)
    assert len(pieces) == len(whole)
    np.testing.assert_allclose(pieces, whole, atol=1e-5)


def test_it_is_linear() -> None:
    one, two = tone(500, 48_000), tone(1_700, 48_000)
    together = Resampler(48_000).feed(one + 2 * two)
    apart = Resampler(48_000).feed(one) + 2 * Resampler(48_000).feed(two)
    np.testing.assert_allclose(together, apart, atol=1e-5)


def test_the_delay_is_as_stated() -> None:
    pulse = np.zeros(4_800, np.float32)
    pulse[2_400] = 1
    stream = Resampler(48_000)
    out = stream.feed(pulse)
    assert int(np.argmax(np.abs(out))) / 16_000 == pytest.approx(0.05 + stream.delay_s, abs=1e-4)


def test_an_unknown_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="11025"):
        Resampler(11_025)


def test_pcm_goes_round() -> None:
    pcm = np.array([-32768, -1, 0, 1, 32767], "<i2").tobytes()
    assert to_pcm(to_float(pcm)) == pcm
    assert to_pcm(np.array([2.0, -2.0], np.float32)) == np.array([32767, -32768], "<i2").tobytes()

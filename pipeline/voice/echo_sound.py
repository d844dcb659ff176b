"""Whether heard sound repeats what the bot says, by the course of its spectra.

Normalised cross-correlation of log mel spectra over every delay that an echo may have. It
needs no recogniser, so it holds where the words of an echo are misheard.
"""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from domain.audio import FRAME_S, SAMPLE_RATE, Frame
from domain.voices import Speech
from pipeline.diarization.spectra import HOP, log_mel, samples_of

Floats = NDArray[np.float32]

_BANDS = 20
_LOW_HZ = 150.0
_JOINED = 2
"""Spectra are averaged by so many: an echo need not fall into the same frames."""
STEP_S = _JOINED * HOP / SAMPLE_RATE
_DEEP = 6.0
"""Natural logarithms below the loudest that still count; noise is lower."""
SHORTEST_S = 0.7
"""Less sound in common tells nothing."""
_LONGEST_S = 4.0
"""The newest so much of a longer utterance is compared."""
_SLACK_S = 0.1
"""Of what is not looked at because it is too short: spectra are a bit shorter than sound."""
_KEPT = round(20 / FRAME_S)
_TRACKS = 32
_EARLIEST_S, LATEST_S = -0.3, 2.5
"""An echo comes that long after the bot begins to play; the clocks of both differ a bit."""


@dataclass(frozen=True, slots=True)
class Echo:
    """How much heard sound repeats a speech."""

    likeness: float
    """0..1; by chance up to 0.7 in a second of sound, 0.6 in two."""
    lag_s: float
    """How long after the speech it is heard."""
    length_s: float
    """Of the sound that was compared."""


NO_ECHO = Echo(0.0, 0.0, 0.0)


def course(samples: Floats) -> Floats:
    """Log mel energies of sound at 16 kHz (steps of STEP_S, bands), flat below the audible."""
    mels = log_mel(samples, _BANDS, _LOW_HZ)
    steps = len(mels) // _JOINED
    means = mels[: steps * _JOINED].reshape(steps, _JOINED, _BANDS).mean(axis=1)
    flat: Floats = np.maximum(means, means.max(initial=-np.inf) - _DEEP).astype(np.float32)
    return flat


def course_of(speech: Speech) -> Floats:
    """Of speech at any rate."""
    samples, common = samples_of(speech.pcm), math.gcd(SAMPLE_RATE, speech.rate)
    resampled = resample_poly(samples, SAMPLE_RATE // common, speech.rate // common)
    return course(np.asarray(resampled, dtype=np.float32))


def likeness(heard: Floats, said: Floats, places: range) -> tuple[float, int]:
    """The largest correlation (0..1) and its place.

    A place is the step of what was said that the first heard step is compared with. What one
    has and the other lacks counts for nothing; less than SHORTEST_S in common, or than half
    of what was heard, gives 0.
    """
    best, at = 0.0, 0
    fewest = max(round(SHORTEST_S / STEP_S), len(heard) // 2)
    for place in places:
        begin, end = max(0, -place), min(len(heard), len(said) - place)
        if end - begin < fewest:
            continue
        found = _correlation(heard[begin:end], said[begin + place : end + place])
        if found > best:
            best, at = found, place
    return best, at


def _correlation(one: Floats, other: Floats) -> float:
    one = one - one.mean(axis=0)
    other = other - other.mean(axis=0)
    size = float(np.sqrt(np.square(one).sum() * np.square(other).sum()))
    return float((one * other).sum()) / size if size > 0 else 0.0


class EchoEar:
    """The newest sound of every track, to be compared with what the bot says."""

    def __init__(self) -> None:
        self._frames: dict[str, deque[Frame]] = {}

    def put(self, frame: Frame) -> None:
        """Keeps a frame while there are few newer ones of its track."""
        kept = self._frames.get(frame.track)
        if kept is None:
            if len(self._frames) >= _TRACKS:
                del self._frames[min(self._frames, key=lambda each: self._frames[each][-1].end_s)]
            kept = self._frames[frame.track] = deque(maxlen=_KEPT)
        kept.append(frame)

    def echo(self, track: str, span_s: tuple[float, float], said: Floats, said_s: float) -> Echo:
        """How a stretch of a track repeats a speech that began at `said_s`, at the delay where
        it does so most."""
        start_s, end_s = max(span_s[0], span_s[1] - _LONGEST_S), span_s[1]
        frames = [f for f in self._frames.get(track, ()) if start_s <= f.start_s < end_s]
        if len(frames) * FRAME_S < SHORTEST_S:
            return NO_ECHO
        into_s, until_s = frames[0].start_s - said_s, frames[-1].end_s - said_s
        most_s = min(len(said) * STEP_S, until_s - _EARLIEST_S) - max(0.0, into_s - LATEST_S)
        if most_s < max(SHORTEST_S, (until_s - into_s) / 2) - _SLACK_S:
            return NO_ECHO
        heard = course(_joined(frames))
        first, last = (round((into_s - lag_s) / STEP_S) for lag_s in (LATEST_S, _EARLIEST_S))
        found, place = likeness(heard, said, range(first, last + 1))
        return Echo(found, into_s - place * STEP_S, len(heard) * STEP_S)


def _joined(frames: list[Frame]) -> Floats:
    """Their sound in time, with silence where some are missing."""
    began_s = frames[0].start_s
    sound = np.zeros(round((frames[-1].end_s - began_s) * SAMPLE_RATE) + 1, dtype=np.float32)
    for frame in frames:
        samples = samples_of(frame.pcm)
        at = round((frame.start_s - began_s) * SAMPLE_RATE)
        sound[at : at + len(samples)] = samples[: len(sound) - at]
    return sound

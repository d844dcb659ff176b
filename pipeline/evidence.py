"""What Meet tells of who spoke when, laid over the voices that were told apart."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.assignment import most
from pipeline.turns import Span, merged

LAGS_S = tuple(step / 10 for step in range(31))
"""The grid on which the captions' lag is sought."""

_RASTER_S = 0.05
_TEXT_NEAR_S = 0.7
_LEAST_WORDS = 2
_HALF_LIFE_S = 90.0
_FLAT = 0.03
"""A best lag that gains less than this share over the worst tells nothing."""
_NEAR_BEST = 0.99
_LEAST_SPOKEN_S = 4.0

Table = dict[str, dict[str, float]]
"""Seconds of evidence by voice, then by participant."""


class Kind(StrEnum):
    """Where a hint comes from."""

    CAPTION = "caption"
    TILE = "tile"
    SOURCE = "source"


WEIGHTS = {Kind.CAPTION: 1.0, Kind.TILE: 0.7, Kind.SOURCE: 1.5}


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch in which Meet names a participant, on the clock of its arrival."""

    participant_id: str
    start_s: float
    end_s: float
    kind: Kind
    words: tuple[str, ...] = ()
    """Folded."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Ours:
    """A word that was recognised, folded, with the voice that said it."""

    at_s: float
    label: str
    text: str
    language: str


def evidence(
    voices: Mapping[str, Sequence[Span]],
    said: Iterable[Said],
    ours: Sequence[Ours],
    lags_s: Mapping[Kind, float],
    now_s: float,
) -> Table:
    """Overlap seconds, weighted by kind, age and likeness of the words."""
    table: Table = {label: {} for label in voices}
    hints = once(said)
    stretches = [(h.start_s - lags_s[h.kind], h.end_s - lags_s[h.kind]) for h in hints]
    shared = {label: _overlaps(spans, stretches) for label, spans in voices.items()}
    words = sorted(ours, key=lambda word: word.at_s)
    times = [word.at_s for word in words]
    for index, (hint, (start_s, end_s)) in enumerate(zip(hints, stretches, strict=True)):
        weight = WEIGHTS[hint.kind] * faded(end_s, now_s)
        first = bisect_left(times, start_s - _TEXT_NEAR_S)
        near = _near(hint, words[first : bisect_right(times, end_s + _TEXT_NEAR_S)])
        for label, seconds in shared.items():
            if seconds[index] > 0:
                row = table[label]
                gain = seconds[index] * weight * _text(hint, near, label)
                row[hint.participant_id] = row.get(hint.participant_id, 0.0) + gain
    return table


def _overlaps(spans: Sequence[Span], stretches: Sequence[Span]) -> list[float]:
    """Seconds of spans within each stretch."""
    if not spans or not stretches:
        return [0.0] * len(stretches)
    begins, ends = np.array(spans).T
    starts, stops = np.array(stretches).T[:, :, None]
    seconds: list[float] = (
        np.clip(np.minimum(ends, stops) - np.maximum(begins, starts), 0.0, None).sum(1).tolist()
    )
    return seconds


def faded(at_s: float, now_s: float) -> float:
    """What something of that age still counts, 0..1."""
    return float(0.5 ** (max(0.0, now_s - at_s) / _HALF_LIFE_S))


def once(said: Iterable[Said]) -> list[Said]:
    """Hints cut so that no moment counts twice for the same participant and kind."""
    kept: list[Said] = []
    told: dict[tuple[str, Kind], float] = {}
    for hint in sorted(said, key=lambda h: (h.start_s, h.end_s, h.participant_id, h.kind)):
        key = (hint.participant_id, hint.kind)
        start_s = max(hint.start_s, told.get(key, float("-inf")))
        if hint.end_s > start_s:
            kept.append(hint if start_s == hint.start_s else replace(hint, start_s=start_s))
            told[key] = hint.end_s
    return kept


def _near(hint: Said, near: Sequence[Ours]) -> Sequence[Ours]:
    """Our words around a caption; none where texts cannot be compared."""
    if len(hint.words) < _LEAST_WORDS:
        return []
    other = any(w.language and hint.language and w.language != hint.language for w in near)
    return [] if other else near


def _text(hint: Said, near: Sequence[Ours], label: str) -> float:
    if not near:
        return 1.0
    theirs = set(hint.words)
    mine = {word.text for word in near if word.label == label}
    return 0.5 + 0.5 * len(theirs & mine) / len(theirs)


def best_lag_s(voices: Mapping[str, Sequence[Span]], said: Iterable[Said]) -> float | None:
    """The lag of captions at which voices and participants fit best by time alone.

    None where too little was said, or where every lag fits as well.
    """
    captions = [hint for hint in once(said) if hint.kind == Kind.CAPTION]
    people = sorted({hint.participant_id for hint in captions})
    if not people or sum(hint.end_s - hint.start_s for hint in captions) < _LEAST_SPOKEN_S:
        return None
    begin_s = min(hint.start_s for hint in captions) - max(LAGS_S)
    bins = int((max(hint.end_s for hint in captions) - begin_s) / _RASTER_S) + 1
    heard = np.array([_raster(spans, begin_s, bins) for spans in voices.values()])
    told = np.array([_raster(_of(captions, person), begin_s, bins) for person in people])
    totals = [_fit(heard, told, round(lag / _RASTER_S)) for lag in LAGS_S]
    best = max(totals)
    if best <= 0 or best - min(totals) < _FLAT * best:
        return None
    good = [lag for lag, total in zip(LAGS_S, totals, strict=True) if total >= _NEAR_BEST * best]
    return sum(good) / len(good)


def _of(captions: Sequence[Said], person: str) -> list[Span]:
    return merged([(h.start_s, h.end_s) for h in captions if h.participant_id == person])


def _raster(spans: Sequence[Span], begin_s: float, bins: int) -> NDArray[np.float64]:
    line = np.zeros(bins)
    for start_s, end_s in spans:
        first = max(0, round((start_s - begin_s) / _RASTER_S))
        line[first : max(0, round((end_s - begin_s) / _RASTER_S))] = _RASTER_S
    return line


def _fit(
    heard: NDArray[np.float64],
    told: NDArray[np.float64],
    shift: int,
) -> float:
    """Matched overlap less half of what falls to others, captions moved back by `shift` bins."""
    moved = told[:, shift:]
    seconds = heard[:, : moved.shape[1]] @ moved.T / _RASTER_S
    matched = most(seconds)
    return matched - 0.5 * (float(seconds.sum()) - matched)

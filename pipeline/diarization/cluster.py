"""Groups of vectors: how many voices there are, and which piece is whose."""

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from pipeline.diarization.spectra import Floats
from pipeline.diarization.vectors import Rules, unit

_BLOCK = 1500
"""Pieces that are compared with each other at once; the cost grows with the square."""


def group(vectors: Sequence[Floats], seconds: Sequence[float], rules: Rules) -> list[int]:
    """A group number per vector, 0 upwards in order of their first vector.

    Vectors go together while their groups lie within `rules.split` on average; groups with
    less speech than `rules.new_s` go to the nearest group that has enough.
    """
    if not vectors:
        return []
    blocks = [slice(at, at + _BLOCK) for at in range(0, len(vectors), _BLOCK)]
    found: list[int] = []
    for block in blocks:
        offset = max(found, default=-1) + 1
        found += [offset + number for number in _linked(vectors[block], rules.split)]
    if len(blocks) > 1:
        centres = centroids(vectors, seconds, found)
        again = _linked([centres[number] for number in sorted(centres)], rules.split)
        found = [again[number] for number in found]
    return in_order(_without_small(vectors, seconds, found, rules))


def centroids(
    vectors: Sequence[Floats], seconds: Sequence[float], groups: Sequence[int]
) -> dict[int, Floats]:
    """The middle of each group, of unit length, longer pieces counting more."""
    sums: dict[int, Floats] = {}
    for vector, length_s, number in zip(vectors, seconds, groups, strict=True):
        weighted = (vector * length_s).astype(np.float32)
        sums[number] = sums[number] + weighted if number in sums else weighted
    return {number: unit(total) for number, total in sums.items()}


def in_order(groups: Sequence[int]) -> list[int]:
    """The same groups, numbered in order of their first member."""
    numbers: dict[int, int] = {}
    return [numbers.setdefault(number, len(numbers)) for number in groups]


def _linked(vectors: Sequence[Floats], distance: float) -> list[int]:
    if len(vectors) == 1:
        return [0]
    tree = linkage(np.stack(vectors).astype(np.float64), method="average", metric="cosine")
    return in_order([int(n) for n in fcluster(tree, distance, criterion="distance")])


def _without_small(
    vectors: Sequence[Floats], seconds: Sequence[float], groups: Sequence[int], rules: Rules
) -> list[int]:
    speech: dict[int, float] = {}
    for number, length_s in zip(groups, seconds, strict=True):
        speech[number] = speech.get(number, 0.0) + length_s
    large = {number for number, length_s in speech.items() if length_s >= rules.new_s}
    if not large:
        return [0] * len(groups)
    centres = centroids(vectors, seconds, groups)
    near = {
        number: number
        if number in large
        else max(large, key=lambda other: (float(centres[other] @ centres[number]), -other))
        for number in speech
    }
    return [near[number] for number in groups]

"""Voices and people matched one to one, or a voice to nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

_NEVER = -1e9


@dataclass(frozen=True, slots=True)
class Match:
    """A voice's participant in the best assignment."""

    participant_id: str
    score: float
    margin: float
    """How much the best assignment without this match falls behind."""


def most(scores: NDArray[np.float64]) -> float:
    """The sum of the best assignment of rows to columns, where no score is below 0."""
    return float(scores[linear_sum_assignment(scores, maximize=True)].sum())


def assign(scores: Mapping[str, Mapping[str, float]], bar: float) -> dict[str, Match]:
    """The assignment of most evidence in all; a voice whose evidence helps less than `bar` gets
    nobody. `scores` are by voice, then by participant."""
    labels = sorted(scores)
    people = sorted({person for row in scores.values() for person in row})
    if not labels or not people:
        return {}
    matrix = np.full((len(labels), len(people) + len(labels)), bar)
    for row, label in enumerate(labels):
        matrix[row, : len(people)] = [scores[label].get(person, 0.0) for person in people]
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    best = float(matrix[rows, columns].sum())
    matches = {}
    for row, column in zip(rows, columns, strict=True):
        if column < len(people):
            score = float(matrix[row, column])
            margin = best - _without(matrix, int(row), int(column))
            matches[labels[row]] = Match(people[column], score, margin)
    return matches


def _without(matrix: NDArray[np.float64], row: int, column: int) -> float:
    barred = matrix.copy()
    barred[row, column] = _NEVER
    rows, columns = linear_sum_assignment(barred, maximize=True)
    return float(barred[rows, columns].sum())

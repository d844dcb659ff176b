"""Which sentences stand for the others, and which fit a question."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

DAMPING = 0.85
ROUNDS = 40
SAMENESS = 0.7
"""Share of importance against newness when sentences are chosen."""


def vectors(bags: Sequence[Sequence[str]]) -> "csr_matrix":
    """tf-idf rows of unit length."""
    known: dict[str, int] = {}
    rows, columns, counts = [], [], []
    for row, bag in enumerate(bags):
        for term, count in Counter(bag).items():
            rows.append(row)
            columns.append(known.setdefault(term, len(known)))
            counts.append(1.0 + np.log(count))
    shape = (len(bags), max(1, len(known)))
    matrix = csr_matrix((counts, (rows, columns)), shape=shape, dtype=np.float64)
    documents = np.bincount(matrix.indices, minlength=shape[1])
    idf = np.log((1 + len(bags)) / (1 + documents)) + 1.0
    weighted = matrix.multiply(idf).tocsr()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    return csr_matrix(weighted.multiply(1.0 / lengths[:, None]))


def importance(rows: "csr_matrix") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """TextRank: a sentence matters as far as those matter that it shares words with. 0..1."""
    count = rows.shape[0]
    rank = np.full(count, 1.0 / max(1, count))
    alike = (rows @ rows.T).tocsr()
    alike.setdiag(0.0)
    sums = np.asarray(alike.sum(axis=0)).ravel()
    dangling = sums == 0
    sums[dangling] = 1.0
    for _ in range(ROUNDS):
        spread = alike @ (rank / sums) + rank[dangling].sum() / count
        rank = (1 - DAMPING) / count + DAMPING * spread
    highest = rank.max(initial=0.0)
    return np.asarray(rank / highest if highest > 0 else rank)


def choose(rows: "csr_matrix", scores: Sequence[float], count: int) -> list[int]:
    """The best, each also unlike those chosen before (MMR); in order of their places."""
    dense_scores = np.asarray(scores, dtype=np.float64)
    nearest = np.zeros(len(dense_scores))
    open_ = dense_scores > 0
    chosen: list[int] = []
    while len(chosen) < count and open_.any():
        value = SAMENESS * dense_scores - (1 - SAMENESS) * nearest
        value[~open_] = -np.inf
        best = int(np.argmax(value))
        if nearest[best] > 0.8:
            open_[best] = False
            continue
        chosen.append(best)
        open_[best] = False
        nearest = np.maximum(nearest, np.asarray((rows @ rows[best].T).todense()).ravel())
    return sorted(chosen)


def fitting(bags: Sequence[Sequence[str]], question: Sequence[str]) -> list[tuple[int, float]]:
    """Places by how well they fit a question (BM25), best first; those that share nothing are
    left out. A term of the question also fits words that begin with it, or it with them."""
    wanted = set(question)
    lengths = [len(bag) for bag in bags]
    usual = max(1.0, sum(lengths) / max(1, len(bags)))
    scored: list[tuple[int, float]] = []
    hits = [_hits(bag, wanted) for bag in bags]
    documents = Counter(term for found in hits for term in found)
    for place, found in enumerate(hits):
        norm = 0.4 + 0.6 * lengths[place] / usual
        score = sum(
            np.log(1 + (len(bags) - documents[term] + 0.5) / (documents[term] + 0.5))
            * count * 2.2 / (count + 1.2 * norm)
            for term, count in found.items()
        )  # fmt: skip
        if score > 0:
            scored.append((place, float(score)))
    return sorted(scored, key=lambda each: -each[1])


def _hits(bag: Sequence[str], wanted: set[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for term in bag:
        if term in wanted:
            found[term] += 1
        elif len(term) >= 5:
            near = next((w for w in wanted if len(w) >= 5 and w[:5] == term[:5]), None)
            if near is not None:
                found[near] += 1
    return found

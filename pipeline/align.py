"""Texts compared word by word, blind to case and punctuation."""

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

_NEAR = 24
_FAR = 120


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """A word without case, punctuation and compatibility forms; itself if nothing is left."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKC", word).casefold()
        if unicodedata.category(char)[0] not in "PZ"
    )
    return plain or word


def agreeing(one: Sequence[str], other: Sequence[str]) -> int:
    """How many leading words two texts share."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if fold(left) != fold(right):
            break
        count += 1
    return count


def covered(
    kept: Sequence[str], words: Sequence[str], distance: Callable[[int], float] | None = None
) -> int:
    """How many leading words of `words` say the same as `kept`, by least edit distance.

    `distance(count)` breaks ties, such as by how far the times lie apart.
    """
    if agreeing(kept, words) == len(kept):
        return len(kept)
    skip = max(0, min(agreeing(kept, words), len(kept) - _NEAR, len(words)))
    skip = max(skip, min(len(kept) - _FAR, len(words)))
    left = [fold(word) for word in kept[skip:]]
    right = [fold(word) for word in words[skip : skip + len(left) + _NEAR]]
    costs = _prefix_costs(left, right)

    def rank(count: int) -> tuple[int, bool, float]:
        ends_alike = bool(count) and bool(left) and right[count - 1] == left[-1]
        tie = distance(skip + count) if distance else abs(len(left) - count)
        return costs[count], not ends_alike, tie

    return skip + min(range(len(costs)), key=rank)


def _prefix_costs(left: Sequence[str], right: Sequence[str]) -> list[int]:
    """Edit distance of `left` to every prefix of `right`."""
    row = list(range(len(right) + 1))
    for index, word in enumerate(left, start=1):
        above, row = row, [index]
        for column, other in enumerate(right, start=1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (word != other)))
    return row

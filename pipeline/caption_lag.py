"""How far Meet's captions arrive behind the words we hear, learnt per meeting."""

from collections import deque
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from statistics import median, quantiles

from domain.speech import Word
from pipeline.align import fold
from pipeline.caption_lines import Line

DEFAULT_LAG_S = 1.0
_LEAST_S, _MOST_S = -1.0, 8.0
_ENOUGH = 12
_SPREAD_S = 1.5
_LONG_WORD = 5
_LATELY_S = 60.0
"""Older words count only while there are few newer ones: captions late for a while, on a machine
that was too busy, are not late for ever."""


class CaptionLag:
    """The median of arrival minus acoustic end over words found in both; by time without any."""

    def __init__(self) -> None:
        self._found: deque[tuple[float, float]] = deque(maxlen=200)
        """When a word arrived, and how late."""
        self._counted: deque[tuple[str, float, str]] = deque(maxlen=400)
        self._fitted_s = DEFAULT_LAG_S

    @property
    def lag_s(self) -> float:
        """Seconds; until some words were found, the lag that fits the voices, or a usual one."""
        return median(self._lately()) if self.by_words else self._fitted_s

    @property
    def by_words(self) -> bool:
        """Enough words were found in both for the lag to be theirs."""
        return len(self._found) >= 3

    def fit(self, lag_s: float) -> None:
        """Takes the lag at which captions fit the voices that were told apart."""
        self._fitted_s = lag_s

    @property
    def settled(self) -> bool:
        """Enough words agree."""
        if len(self._found) < _ENOUGH:
            return False
        low, _, high = quantiles(self._lately(), n=4)
        return high - low <= _SPREAD_S

    def _lately(self) -> list[float]:
        newest_s = max(at_s for at_s, _ in self._found)
        late = [lag_s for at_s, lag_s in self._found if at_s > newest_s - _LATELY_S]
        return late if len(late) >= _ENOUGH else [lag_s for _, lag_s in self._found][-_ENOUGH:]

    def compare(self, words: Sequence[Word], lines: Iterable[Line]) -> None:
        """Learns from words of ours and the caption lines of the same voice and time."""
        ours = [fold(word.text) for word in words]
        for line in lines:
            tokens = [t for t in line.late if _near(t.first_s, words)]
            theirs = [fold(token.text) for token in tokens]
            matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
            for block in matcher.get_matching_blocks():
                if block.size < 2 and (block.size == 0 or len(ours[block.a]) < _LONG_WORD):
                    continue
                for step in range(block.size):
                    self._count(line.key, words[block.a + step], tokens[block.b + step].first_s)

    def _count(self, key: str, word: Word, first_s: float) -> None:
        lag_s = first_s - word.end_s
        mark = (key, first_s, word.text)
        if _LEAST_S <= lag_s <= _MOST_S and mark not in self._counted:
            self._counted.append(mark)
            self._found.append((first_s, lag_s))


def _near(first_s: float, words: Sequence[Word]) -> bool:
    return bool(words) and words[0].start_s + _LEAST_S <= first_s <= words[-1].end_s + _MOST_S

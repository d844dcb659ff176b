"""Which words of a growing utterance will not change any more.

Two consecutive hypotheses that agree on a word make it stable (LocalAgreement-2), as does the
engine's own word for it. A stable word stands for good: where a later hypothesis disagrees with
the stable words, they stay as they are, and of the hypothesis only what comes after the part
that says the same (by least edit distance, then by time) is appended.
"""

from domain.speech import Hypothesis, Word
from pipeline.align import agreeing, covered


class Stabiliser:
    """The stable words of one utterance; they only grow."""

    def __init__(self) -> None:
        self._stable: tuple[Word, ...] = ()
        self._tail: tuple[Word, ...] = ()

    @property
    def stable(self) -> tuple[Word, ...]:
        return self._stable

    def update(
        self, hypothesis: Hypothesis, until_s: float = float("inf")
    ) -> tuple[tuple[Word, ...], int]:
        """All words to show, and how many of them are stable.

        Of a hypothesis that is not final, only words that end by `until_s` may become stable.
        """
        used = self._used(hypothesis.words)
        tail = hypothesis.words[used:]
        if hypothesis.final:
            self._stable, self._tail = self._stable + tail, ()
            return self._stable, len(self._stable)
        agreed = agreeing([word.text for word in self._tail], [word.text for word in tail])
        settled = max(agreed, hypothesis.stable - used)
        count = 0
        while count < min(settled, len(tail)) and tail[count].end_s <= until_s:
            count += 1
        self._stable += tail[:count]
        self._tail = tail[count:]
        return self._stable + self._tail, len(self._stable)

    def _used(self, words: tuple[Word, ...]) -> int:
        if not self._stable:
            return 0
        end_s = self._stable[-1].end_s

        def apart(count: int) -> float:
            return abs(words[count - 1].end_s - end_s) if count else float("inf")

        return covered([word.text for word in self._stable], [word.text for word in words], apart)

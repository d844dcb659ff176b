"""Which words of a growing utterance will not change any more, and which drafts are shown.

Two consecutive hypotheses that agree on a word make it stable (LocalAgreement-2, blind to case
and punctuation), as does the engine's own word for it. A stable word stands for good: where a
later hypothesis disagrees with the stable words, they stay as they are, and of the hypothesis
only what comes after the part that says the same (by least edit distance, then by time) is
appended. Of the other words only those are shown that will probably stay.
"""

from collections import deque
from dataclasses import dataclass

from domain.speech import Hypothesis, Word
from pipeline.align import agreeing, covered


@dataclass(frozen=True, slots=True)
class DraftRules:
    """When a word that may still change is shown: either reason will do."""

    confirm: int = 1
    """Hypotheses in a row that say it; 1 shows every word at once."""
    sure_after_s: float = float("inf")
    """The word ended this long before the newest sound."""


EVERY_WORD = DraftRules()
POCKETSPHINX = DraftRules(confirm=3, sure_after_s=0.5)
WINDOWS = DraftRules(confirm=2, sure_after_s=0.6)


def drafts_for(engine: str) -> DraftRules:
    """The rules for an engine; of engines that are not known to change their mind, every word."""
    known = {"pocketsphinx": POCKETSPHINX, "scripted": EVERY_WORD}
    return known.get(engine, WINDOWS)


class Stabiliser:
    """The stable words of one utterance; they only grow."""

    def __init__(self, rules: DraftRules = EVERY_WORD) -> None:
        self._rules = rules
        self._stable: tuple[Word, ...] = ()
        self._tails: deque[tuple[Word, ...]] = deque(maxlen=max(1, rules.confirm - 1))

    @property
    def stable(self) -> tuple[Word, ...]:
        return self._stable

    def update(
        self,
        hypothesis: Hypothesis,
        until_s: float = float("inf"),
        newest_s: float = float("inf"),
    ) -> tuple[tuple[Word, ...], int]:
        """All words to show, and how many of them are stable.

        Of a hypothesis that is not final, only words that end by `until_s` may become stable.
        `newest_s` is the end of the sound that it was made from.
        """
        used = self._used(hypothesis.words)
        tail = hypothesis.words[used:]
        if hypothesis.final:
            self._stable += tail
            self._tails.clear()
            return self._stable, len(self._stable)
        settled = max(self._agreed(tail, 2), hypothesis.stable - used)
        count = 0
        while count < min(settled, len(tail)) and tail[count].end_s <= until_s:
            count += 1
        visible = max(count, hypothesis.stable - used, self._agreed(tail, self._rules.confirm))
        sure_s = newest_s - self._rules.sure_after_s
        while visible < len(tail) and tail[visible].end_s <= sure_s:
            visible += 1
        self._remember(tail, count)
        shown = self._stable + tail[:visible]
        self._stable += tail[:count]
        return shown, len(self._stable)

    def _agreed(self, tail: tuple[Word, ...], hypotheses: int) -> int:
        """Leading words that so many hypotheses in a row say, this one among them."""
        before = list(self._tails)[-(hypotheses - 1) :] if hypotheses > 1 else []
        if len(before) < hypotheses - 1:
            return 0
        texts = [word.text for word in tail]
        return min([len(tail), *(agreeing([word.text for word in old], texts) for old in before)])

    def _remember(self, tail: tuple[Word, ...], stable: int) -> None:
        """Keeps what follows the words that are stable now."""
        kept = [word.text for word in tail[:stable]]
        agree = [agreeing([word.text for word in old], kept) == stable for old in self._tails]
        rest = [old[stable:] if same else () for old, same in zip(self._tails, agree, strict=True)]
        self._tails.clear()
        self._tails.extend([*rest, tail[stable:]])

    def _used(self, words: tuple[Word, ...]) -> int:
        if not self._stable:
            return 0
        end_s = self._stable[-1].end_s

        def apart(count: int) -> float:
            return abs(words[count - 1].end_s - end_s) if count else float("inf")

        return covered([word.text for word in self._stable], [word.text for word in words], apart)

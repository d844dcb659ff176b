"""Words of two sources for the same speech: what one has given out, the other does not repeat."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from statistics import median

from domain.speech import SpokenUpdate, Word
from pipeline.align import fold
from pipeline.choices import CAPTIONS_ONLY

_REACH_S = 1.5
"""How far apart two sources may place the same word."""
_SHORT_REACH_S = 0.5
"""The same for a short word that agrees alone."""
_LONG_WORD = 5
_JOINED_S = 0.3
_MOST_WORDS = 200
_MOST_RUNNING = 200


@dataclass(slots=True)
class _Running:
    keeps: list[bool] = field(default_factory=list)
    """Of the stable words, which are given out."""
    shown: bool = False


class OnceOnly:
    """Leaves words out of updates that the other source gave out for good, by participant.

    Of an update, words stay that were given out as stable. Others go where they say the same
    as words of the other source nearby, or lie in the time of those. Words of nobody known may
    be anybody's: there, only what says the same goes.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[str, bool], deque[Word]] = {}
        self._running: dict[str, _Running] = {}

    def take(self, update: SpokenUpdate) -> SpokenUpdate | None:
        """The update as it is to be given out; None where nothing of it is."""
        running = self._running.setdefault(update.utterance_id, _Running())
        captions = update.engine == CAPTIONS_ONLY
        mine, perhaps = self._near(update, not captions)
        keeps = list(running.keeps[: len(update.words)])
        if mine or perhaps:
            said, repeated = _said_before(update.words, mine, perhaps)
            if update.final:
                self._forget(not captions, repeated)
            keeps += [not said[index] for index in range(len(keeps), len(update.words))]
        else:
            keeps += [True] * (len(update.words) - len(keeps))
        fresh = range(len(running.keeps), update.stable)
        words = [update.words[index] for index in fresh if keeps[index]]
        self._said.setdefault((update.participant_id, captions), deque(maxlen=_MOST_WORDS)).extend(
            words
        )
        running.keeps = keeps[: max(update.stable, len(running.keeps))]
        kept = tuple(word for word, keep in zip(update.words, keeps, strict=True) if keep)
        before, running.shown = running.shown, running.shown or bool(kept)
        if update.final:
            del self._running[update.utterance_id]
        elif len(self._running) > _MOST_RUNNING:
            del self._running[next(iter(self._running))]
        if not kept and not before:
            return None
        if len(kept) == len(update.words):
            return update
        return replace(update, words=kept, stable=sum(keeps[: update.stable]))

    def _forget(self, captions: bool, words: Sequence[Word]) -> None:
        """Words that the other source has repeated stand for nothing that it says later."""
        gone = {id(word) for word in words}
        for (_, from_captions), said in self._said.items():
            if from_captions == captions and gone:
                kept = [word for word in said if id(word) not in gone]
                said.clear()
                said.extend(kept)

    def _near(self, update: SpokenUpdate, captions: bool) -> tuple[list[Word], list[Word]]:
        """Words of the other source about that time: the participant's, and those that may be."""
        if not update.words:
            return [], []
        from_s = update.words[0].start_s - _REACH_S
        to_s = update.words[-1].end_s + _REACH_S
        mine: list[Word] = []
        perhaps: list[Word] = []
        for (participant_id, from_captions), said in self._said.items():
            if from_captions != captions:
                continue
            near = [word for word in said if from_s <= _middle(word) <= to_s]
            if participant_id == update.participant_id:
                mine += near
            elif not (participant_id and update.participant_id):
                perhaps += near
        return mine, perhaps


def _said_before(
    words: Sequence[Word], mine: Sequence[Word], perhaps: Sequence[Word]
) -> tuple[list[bool], list[Word]]:
    """Which words the other source has said, and those of it that say the same."""
    others = sorted([*mine, *perhaps], key=_middle)
    said = [False] * len(words)
    repeated, apart_s = [], []
    ours, theirs = [fold(w.text) for w in words], [fold(w.text) for w in others]
    for block in SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            word = words[block.b + step]
            off_s = _middle(word) - _middle(others[block.a + step])
            telling = block.size > 1 or len(ours[block.b + step]) >= _LONG_WORD
            if abs(off_s) <= (_REACH_S if telling else _SHORT_REACH_S):
                said[block.b + step] = True
                apart_s.append(off_s)
                repeated.append(others[block.a + step])
    shift_s = median(apart_s) if apart_s else 0.0
    for start_s, end_s in _spans(sorted(mine, key=_middle)):
        for index, word in enumerate(words):
            if start_s + shift_s < _middle(word) < end_s + shift_s:
                said[index] = True
    return said, repeated


def _spans(words: Sequence[Word]) -> list[tuple[float, float]]:
    """The time that words cover, with the short pauses between them."""
    spans: list[tuple[float, float]] = []
    for word in words:
        if spans and word.start_s - spans[-1][1] <= _JOINED_S:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end_s))
        else:
            spans.append((word.start_s, word.end_s))
    return spans


def _middle(word: Word) -> float:
    return (word.start_s + word.end_s) / 2

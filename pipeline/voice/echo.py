"""Whether heard words repeat a sentence word for word, at the pace and time of its echo."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from domain.speech import Word
from pipeline.voice.echo_sound import LATEST_S, Floats

_EARLIEST_S = -1.0
"""An echo's words may seem to come before what they repeat: their times are estimates."""
_DRIFT_S = 1.5
"""An echo keeps the speech's pace, but for that."""
_ALIKE = 0.7
"""A misheard word still shares that much of its letters."""
_SHORTEST_MISHEARD = 4
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that the bot says."""

    words: tuple[str, ...]
    start_s: float
    end_s: float
    course: Floats | None = None
    """Its spectra; None where only its words are known."""

    @property
    def letters(self) -> int:
        """Of all its words."""
        return sum(map(len, self.words))

    def at_s(self, number: int) -> float:
        """About when it comes to a word."""
        return self.start_s + (self.end_s - self.start_s) * number / max(1, len(self.words))


@dataclass(frozen=True, slots=True)
class Heard:
    """One word that was heard."""

    text: str
    start_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a row that were heard as they were said."""

    said: Said
    said_from: int
    heard_from: int
    size: int
    lag_s: float
    """How long after the speech they were heard."""

    @property
    def letters(self) -> int:
        """Of its words, as they were said."""
        return sum(map(len, self.said.words[self.said_from : self.said_from + self.size]))


def words_of(text: str) -> tuple[str, ...]:
    """Without punctuation and case."""
    return tuple(_WORD.findall(text.casefold()))


def heard_words(words: Sequence[Word]) -> list[Heard]:
    """The same of recognised words, with their times."""
    return [Heard(text, word.start_s) for word in words for text in words_of(word.text)]


def runs(heard: Sequence[Heard], said: Said) -> list[Run]:
    """What repeats one sentence when its echo would."""
    found = []
    for first, number, size in _stretches([word.text for word in heard], said.words):
        lag_s = heard[first].start_s - said.at_s(number)
        last_lag_s = heard[first + size - 1].start_s - said.at_s(number + size - 1)
        if _EARLIEST_S <= lag_s <= LATEST_S and abs(last_lag_s - lag_s) <= _DRIFT_S:
            found.append(Run(said, number, first, size, lag_s))
    return found


def _stretches(heard: list[str], said: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Where equal stretches start in both, and their lengths."""
    pairs: list[tuple[int, int]] = []
    matcher = SequenceMatcher(None, heard, said, autojunk=False)
    for kind, first, end, number, said_end in matcher.get_opcodes():
        if kind in ("equal", "replace") and end - first == said_end - number:
            pairs += [
                (first + step, number + step)
                for step in range(end - first)
                if kind == "equal" or _misheard(heard[first + step], said[number + step])
            ]
    start = 0
    for place in range(1, len(pairs) + 1):
        before = pairs[place - 1]
        if place == len(pairs) or pairs[place] != (before[0] + 1, before[1] + 1):
            yield (*pairs[start], place - start)
            start = place


def _misheard(heard: str, said: str) -> bool:
    if min(len(heard), len(said)) < _SHORTEST_MISHEARD:
        return False
    return SequenceMatcher(None, heard, said, autojunk=False).ratio() >= _ALIKE

"""Where a growing row of words falls apart into sentences; a cut once made stays."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from domain.languages import joiner
from domain.speech import Word
from pipeline.abbreviations import BEFORE_NUMBERS, MAY_END, ORDINAL_DOT, never_ends

_CLOSERS = "\"'”’»›)]」』》〉】"
_OPENERS = "\"'“‘«‹([¿¡"
_END = re.compile(r"[.!?…。！？｡؟۔।॥]+$")
_ELISION = re.compile(r"^[^\W\d_]{1,2}['’]")
_DENSE_END = re.compile(r"[。！？｡؟।]+$|[!?]+$")
_WEAK_LAST = frozenset(
    "a an the of to in on at by for with from and or but my your our their his her its is "
    "are was were will would can could should el la los las de del al en un una y o que con por "
    "para le les du des et ou au aux avec der die das den dem ein eine und oder mit von zu im am "
    "il lo gli di da e per non os as um uma do dos no na в на с и не о к по из за от для у".split()
)
_GOOD_FIRST = frozenset(
    "and but so because which who when while if then or although however y pero porque que "
    "cuando si et mais parce quand und aber weil wenn denn mas e ma perché quando а но потому "
    "если когда который".split()
)


_CLAUSE_MARKS = (",", ";", ":", "，", "、", "；", "：", "،", "؛", "–", "—", "…")


@dataclass(frozen=True, slots=True)
class SentenceRules:
    """When a sentence ends without saying so."""

    pause_s: float = 0.7
    """Silence between two words that ends a sentence of an unpunctuated engine."""
    punctuated_pause_s: float = 2.0
    """The same where the words carry punctuation."""
    soft_words: int = 16
    """From here on a good place ends the sentence."""
    hard_words: int = 24
    """Here any place but a bad one does; four words later every place."""
    dense_characters: int = 2
    """Characters that count as a word of Chinese or Japanese; Thai counts twice as many."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words `start` to `end` (exclusive) of an utterance."""

    start: int
    end: int
    reason: str
    """end (punctuation), pause, length or final (of the utterance)."""


class Splitter:
    """Takes words that will not change; each cut depends only on words taken so far."""

    def __init__(self, language: str, *, punctuated: bool, rules: SentenceRules) -> None:
        self.speak(language)
        self._punctuated = punctuated
        self._rules = rules
        self._words: list[Word] = []
        self.start = 0
        """First word of the open sentence."""

    def speak(self, language: str) -> None:
        """The language of the words that follow."""
        self._language = language
        self._dense = joiner(language) == ""

    def feed(self, words: Iterable[Word]) -> list[Span]:
        """The sentences that these words close."""
        spans: list[Span] = []
        for word in words:
            reason = self._cut_before(word) if len(self._words) > self.start else ""
            if reason:
                spans.append(self._close(reason))
            self._words.append(word)
            if self._ends(word.text, None):
                spans.append(self._close("end"))
        return spans

    def finish(self) -> list[Span]:
        """The last sentence, if words are left."""
        return [self._close("final")] if len(self._words) > self.start else []

    def _close(self, reason: str) -> Span:
        span = Span(self.start, len(self._words), reason)
        self.start = span.end
        return span

    def _cut_before(self, word: Word) -> str:
        last = self._words[-1]
        if self._ends(last.text, word.text):
            return "end"
        pause = self._rules.punctuated_pause_s if self._punctuated else self._rules.pause_s
        if word.start_s - last.end_s >= pause:
            return "pause"
        return "length" if self._too_long(last, word) else ""

    def _too_long(self, last: Word, word: Word) -> bool:
        size = self._size()
        over = size - self._rules.soft_words
        if over < 0:
            return False
        if size >= self._rules.hard_words + 4:
            return True
        if _bare(last.text) in _WEAK_LAST:
            return False
        good = last.text.rstrip(_CLOSERS).endswith(_CLAUSE_MARKS)
        good = good or word.start_s - last.end_s >= 0.3 or _bare(word.text) in _GOOD_FIRST
        return good or size >= self._rules.hard_words

    def _size(self) -> float:
        """Words of the open sentence; characters for scripts without spaces."""
        words = self._words[self.start :]
        if not self._dense:
            return float(len(words))
        characters = sum(len(word.text) for word in words)
        return characters / (self._rules.dense_characters * (2 if self._language == "th" else 1))

    def _ends(self, text: str, following: str | None) -> bool:
        """Whether a word ends its sentence: surely, or judged by the word that follows."""
        core = text.rstrip(_CLOSERS)
        if self._dense and _DENSE_END.search(core):
            return True
        if not _END.search(core):
            return False
        if core.endswith(("..", "…")):
            return _begins(following)
        if not core.endswith("."):
            return True
        low = _ELISION.sub("", core.lstrip(_OPENERS).casefold())
        if low in BEFORE_NUMBERS:
            return following is not None and not following.lstrip(_OPENERS)[:1].isdigit()
        if low in MAY_END or re.fullmatch(r"(?:[^\W\d_]\.){2,}", low):
            return not never_ends(low, self._language) and _begins(following)
        if never_ends(low, self._language) or re.fullmatch(r"[^\W\d_]\.", low):
            return False
        return not (re.fullmatch(r"\d+\.", low) and self._language in ORDINAL_DOT)


def _begins(following: str | None) -> bool:
    """Whether a word that follows may begin a sentence: a capital, or a script without."""
    first = (following or "").lstrip(_OPENERS)[:1]
    return bool(first) and first.isalpha() and not first.islower()


def _bare(text: str) -> str:
    return text.strip(".,;:!?").casefold()

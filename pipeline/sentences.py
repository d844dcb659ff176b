"""Where a growing row of words falls apart into sentences; a cut once made stays."""

# ruff: noqa: SIM905

import re
from collections.abc import Iterable
from dataclasses import dataclass

from domain.languages import joiner
from domain.speech import Word

_CLOSERS = "\"'”’»)]」』"
_END = re.compile(r"[.!?…。！？｡؟।]+$")
_DENSE_END = re.compile(r"[。！？｡؟।…]+$|[!?]+$")
_NEVER_END = frozenset(
    "dr. mr. mrs. ms. prof. st. vs. e.g. i.e. fig. no. nr. sr. sra. srta. ud. uds. d. dña. "
    "m. mme. mlle. hr. fr. z.b. bzw. ca. sig. dott. approx. gen. col. núm. pág. p.ej.".split()
)
_MAY_END = frozenset(
    "etc. inc. ltd. co. corp. jr. a.m. p.m. u.s. u.k. e.u. u.n. ee.uu. usw. dept. jan. "
    "feb. aug. sept. oct. nov. dec.".split()
)
_ORDINAL_DOT = frozenset({"de", "da", "no", "fi", "cs", "sk", "hu", "pl", "hr", "sl", "sr", "et"})
_WEAK_LAST = frozenset(
    "a an the of to in on at by for with from and or but my your our their his her its is "
    "are was were will would can could should el la los las de en un una y que le les du "
    "des et".split()
)
_GOOD_FIRST = frozenset(
    "and but so because which who when while if then or although however y pero porque que "
    "cuando si et mais parce quand und aber weil wenn mas e ma perché".split()
)


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
    """Characters that count as a word where there are no spaces."""


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
        self._language = language
        self._dense = joiner(language) == ""
        self._punctuated = punctuated
        self._rules = rules
        self._words: list[Word] = []
        self.start = 0
        """First word of the open sentence."""

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
        open_words = self._words[self.start :]
        size = float(len(open_words))
        if self._dense:
            size = sum(len(w.text) for w in open_words) / self._rules.dense_characters
        over = size - self._rules.soft_words
        if over < 0:
            return False
        if size >= self._rules.hard_words + 4:
            return True
        if _bare(last.text) in _WEAK_LAST:
            return False
        good = last.text.rstrip(_CLOSERS).endswith((",", ";", ":", "，", "、", "；", "–", "—"))
        good = good or word.start_s - last.end_s >= 0.3 or _bare(word.text) in _GOOD_FIRST
        return good or size >= self._rules.hard_words

    def _ends(self, text: str, following: str | None) -> bool:
        """Whether a word ends its sentence: surely, or judged by the word that follows."""
        core = text.rstrip(_CLOSERS)
        if self._dense:
            return bool(_DENSE_END.search(core))
        if not _END.search(core):
            return False
        if not core.endswith(".") or core.endswith(".."):
            return True
        low = core.lstrip("\"'“‘«([¿¡").casefold()
        if low in _NEVER_END or re.fullmatch(r"[^\W\d_]\.", low):
            return False
        if re.fullmatch(r"\d+\.", low) and self._language in _ORDINAL_DOT:
            return False
        if low in _MAY_END or re.fullmatch(r"(?:[^\W\d_]\.){2,}", low):
            return following is not None and following.lstrip("\"'“‘«([¿¡")[:1].isupper()
        return True


def _bare(text: str) -> str:
    return text.strip(".,;:!?").casefold()

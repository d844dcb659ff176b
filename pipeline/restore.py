"""Case, names and punctuation for engines that give lower-case words only (English)."""

import re
from collections.abc import Iterable, Sequence

from domain.text import clean_name
from pipeline import restore_words as lists

LANGUAGES = frozenset({"en"})
"""Languages whose spelling can be restored; others are left as they are."""


class Restorer:
    """Spells a sentence's words; a word's spelling depends on those before and the next one."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._single: dict[str, str] = {}
        self._beside: dict[str, set[str]] = {}
        self._spelling: dict[str, str] = {}
        for name in names:
            self._learn(clean_name(name).split())

    def sentence(self, words: Sequence[str], *, closed: str = "", opened: bool = True) -> list[str]:
        """The words in display spelling.

        `closed` says why the sentence ended ("" while it runs; no mark follows "length");
        `opened` is false for a clause that goes on from the one before.
        """
        spelled = [self._spell(words, index) for index in range(len(words))]
        if not spelled:
            return spelled
        if opened:
            spelled[0] = _capital(spelled[0])
            if _comma_after_first(words):
                spelled[0] += ","
        if closed and closed != "length" and spelled[-1][-1:].isalnum():
            spelled[-1] += "?" if self._asks(words) else "."
        return spelled

    def _learn(self, tokens: list[str]) -> None:
        plain = all(re.fullmatch(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?", token) for token in tokens)
        if not plain or len(tokens) > 4:
            return
        for index, token in enumerate(tokens):
            low = token.casefold()
            self._spelling.setdefault(low, token if token != token.casefold() else token.title())
            near = self._beside.setdefault(low, set())
            near.update(t.casefold() for t in tokens[max(0, index - 1) : index + 2] if t != token)
            if len(low) > 1 and low not in lists.COMMON:
                self._single[low] = self._spelling[low]

    def _spell(self, words: Sequence[str], index: int) -> str:
        word = words[index]
        if word != word.casefold():
            return word
        stem, tail = _stem(word)
        if stem == "i":
            return "I" + tail
        known = lists.PROPER.get(stem) or self._single.get(stem)
        if known is None and stem in self._beside:
            around = {
                _stem(w)[0]
                for w in (*words[max(0, index - 1) : index], *words[index + 1 : index + 2])
            }
            known = self._spelling[stem] if around & self._beside[stem] else None
        if known is None and stem in ("may", "march") and index:
            before = words[index - 1].casefold()
            known = stem.title() if before in lists.BEFORE_MONTH else None
        return word if known is None else known + tail

    def _asks(self, words: Sequence[str]) -> bool:
        low = [word.casefold().strip(",.") for word in words]
        while len(low) > 2 and (low[0] in lists.OPENERS or low[0] in self._single):
            low = low[1:]
        if len(low) < 2:
            return bool(low) and low[0] in lists.ALONE_ASKS
        if low[0] in lists.BEFORE_ASKERS and low[1] in lists.ASKED_ABOUT:
            low = low[1:]
        return self._asks_for(low) or self._inverted(low) or _tagged(low)

    def _asks_for(self, low: list[str]) -> bool:
        """Whether a question word begins a question: what is, which of them do, how many."""
        first, second = low[0], low[1] if len(low) > 1 else ""
        if (first, second) in lists.SHORT_QUESTIONS:
            return True
        if _stem(first)[0] not in lists.ASKERS:
            return False
        if first == "which" and second in lists.BE and low[2:3] and low[2] in lists.REMARKS:
            return False
        if first.endswith(("'s", "'re")) or second in lists.AUXILIARIES:
            return True
        if (first, second) in lists.HOW:
            return True
        asked = first in lists.ASKED_ABOUT or first == "how"
        return asked and second not in lists.ANY_SUBJECT and self._inverted(low[2:5], least=1)

    def _inverted(self, low: list[str], least: int = 0) -> bool:
        """Whether a verb stands before its subject; within the first words where `least`."""
        for at in range(least + 1):
            pair = low[at : at + 2]
            if len(pair) == 2 and pair[0] in lists.AUXILIARIES:
                wanted = lists.SUBJECTS.get(pair[0], lists.ANY_SUBJECT)
                return pair[1] in wanted or pair[1] in self._single
        return False


def _tagged(low: list[str]) -> bool:
    """Whether it ends with a tag: isn't it, don't you."""
    tag = len(low) > 3 and low[-2].endswith("n't") and low[-2] in lists.AUXILIARIES
    return tag and low[-1] in lists.TAG_SUBJECTS


def _stem(word: str) -> tuple[str, str]:
    low = word.casefold()
    match = re.match(r"(.+?)(['’](?:s|m|ll|re|ve|d)|s['’])?([,.!?;:]*)$", low)
    if match is None:
        return low, ""
    return match.group(1), word[len(match.group(1)) :]


def _capital(word: str) -> str:
    return re.sub(r"[^\W\d_]", lambda found: found.group().upper(), word, count=1)


def _comma_after_first(words: Sequence[str]) -> bool:
    if len(words) < 2 or not words[0][-1:].isalnum():
        return False
    return words[0].casefold() in lists.COMMA_AFTER and words[1].casefold() in lists.PRONOUNS

"""One utterance as it grows: its words, cut into sentences, in display spelling."""

from dataclasses import dataclass, replace

from domain.speech import SpokenUpdate, Word
from domain.text import clean
from pipeline.restore import LANGUAGES, Restorer
from pipeline.sentences import SentenceRules, Span, Splitter


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence as it stands."""

    index: int
    words: tuple[Word, ...]
    """In display spelling."""
    stable: int
    closed: bool


class Utterance:
    """Turns updates into sentences; what was stable once is never touched again."""

    def __init__(self, first: SpokenUpdate, rules: SentenceRules) -> None:
        self._restores = False
        self._splitter = Splitter(first.language, punctuated=first.punctuated, rules=rules)
        self._stable: list[Word] = []
        self._closed = 0
        self._shown: list[Word] = []
        """Stable words of the open sentence as they were shown."""
        self._goes_on = False
        self.update = first
        self.done = False

    def take(self, update: SpokenUpdate, restorer: Restorer) -> list[Piece]:
        """The sentences that changed: those now closed, then the open one if it has words."""
        self.update = update
        self._restores = not update.punctuated and update.language in LANGUAGES
        self._splitter.speak(update.language)
        words, stable = _cleaned(update)
        fresh = words[len(self._stable) : stable]
        self._stable += fresh
        spans = self._splitter.feed(fresh)
        if update.final:
            spans += self._splitter.finish()
            self.done = True
        pieces = [self._close(span, restorer) for span in spans]
        running = [*self._stable, *words[len(self._stable) :]][self._splitter.start :]
        if running and not self.done:
            pieces.append(self._open(running, restorer))
        return pieces

    def finish(self, restorer: Restorer) -> list[Piece]:
        """Ends the utterance with every word that it has."""
        words = self.update.words
        last = replace(self.update, final=True, stable=len(words))
        return self.take(last, restorer)

    @property
    def open_index(self) -> int:
        """The index of the sentence that is open or would be next."""
        return self._closed

    def _close(self, span: Span, restorer: Restorer) -> Piece:
        words = self._stable[span.start : span.end]
        spelled = self._spell(words, restorer, span.reason)
        piece = Piece(self._closed, tuple(spelled), len(spelled), True)
        self._closed += 1
        self._shown = []
        self._goes_on = span.reason == "length"
        return piece

    def _open(self, words: list[Word], restorer: Restorer) -> Piece:
        spelled = self._spell(words, restorer, "")
        stable = len(self._stable) - self._splitter.start
        if self._restores:
            stable = max(0, stable - 1)
        stable = max(stable, len(self._shown))
        self._shown = spelled[:stable]
        return Piece(self._closed, tuple(spelled), stable, False)

    def _spell(self, words: list[Word], restorer: Restorer, closed: str) -> list[Word]:
        spelled = words
        if self._restores:
            texts = restorer.sentence(
                [word.text for word in words], closed=closed, opened=not self._goes_on
            )
            spelled = [replace(w, text=t) for w, t in zip(words, texts, strict=True)]
        return [*self._shown, *spelled[len(self._shown) :]]


def _cleaned(update: SpokenUpdate) -> tuple[list[Word], int]:
    """The words that have text, made safe to show, and how many of them are stable."""
    wanted = len(update.words) if update.final else min(update.stable, len(update.words))
    words: list[Word] = []
    stable = 0
    for index, word in enumerate(update.words):
        text = clean(word.text, 200)
        if text:
            words.append(word if text == word.text else replace(word, text=text))
            stable += index < wanted
    return words, stable

"""An utterance that is heard again and again while it grows, and what is not heard again."""

from dataclasses import replace

import numpy as np

from domain.audio import SAMPLE_RATE
from domain.speech import Word
from pipeline.align import agreeing

BYTES_PER_S = SAMPLE_RATE * 2
LONGEST_S = 29.5
"""Of one piece: Whisper hears half a minute at once."""
_TRIM_FROM_S = 10.0
_TRIM_AT_S = 15.0
_REST_S = 2.0
"""Sound after a sentence's end that makes it sure."""
_PAUSE_S = 0.2
_KEEP_S = 5.0
"""Left of a window in which nothing could be agreed on."""
_SEARCH_S = 5.0
_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟")


class GrowingWindow:
    """The sound of one utterance, the words that have left its window, and the others."""

    def __init__(self) -> None:
        self.kept: tuple[Word, ...] = ()
        """Words that no draft changes any more."""
        self.start_s = 0.0
        """Where the window begins, in seconds since the utterance's first sample."""
        self._sound = bytearray()
        self._dropped = 0
        self._asked_s = 0.0
        self._tail: tuple[Word, ...] = ()

    @property
    def heard_s(self) -> float:
        return (self._dropped + len(self._sound)) / BYTES_PER_S

    @property
    def fresh_s(self) -> float:
        """Sound since the last window was taken."""
        return self.heard_s - self._asked_s

    def add(self, pcm: bytes) -> None:
        """More sound."""
        self._sound += pcm

    def take(self) -> bytes:
        """The window for a draft, never longer than 15 s."""
        self._asked_s = self.heard_s
        if self.heard_s - self.start_s > _TRIM_AT_S:
            self._cut(self._forced())
        return bytes(self._sound[self._at(self.start_s) :])

    def accept(self, words: tuple[Word, ...], start_s: float) -> tuple[Word, ...]:
        """All words so far, given those of a window that began at `start_s`."""
        placed = _shift(words, start_s)
        agreed = agreeing([w.text for w in self._tail], [w.text for w in placed])
        self._tail = placed
        if self.heard_s - self.start_s > _TRIM_FROM_S:
            self._cut(self._border(agreed))
        return self.kept + self._tail

    def last(self) -> tuple[tuple[Word, ...], list[tuple[float, bytes]]]:
        """For the end: words that stand, and the pieces of sound that are still to be heard."""
        if self._dropped == 0 and self.heard_s <= LONGEST_S:
            return (), [(0.0, bytes(self._sound))]
        return self.kept, _pieces(bytes(self._sound[self._at(self.start_s) :]), self.start_s)

    def _border(self, agreed: int) -> int:
        """How many words of the tail may leave the window: up to a sentence's end or a pause."""
        counts = range(min(agreed, len(self._tail) - 1), 0, -1)
        safe_s = self.heard_s - _REST_S
        for count in counts:
            word = self._tail[count - 1]
            if word.text.endswith(_ENDS) and word.end_s <= safe_s:
                return count
        pauses = [(self._tail[n].start_s - self._tail[n - 1].end_s, n) for n in counts]
        widest = max(pauses, default=(0.0, 0))
        return widest[1] if widest[0] >= _PAUSE_S else 0

    def _forced(self) -> int:
        limit_s = self.heard_s - _KEEP_S
        return sum(word.end_s <= limit_s for word in self._tail)

    def _cut(self, count: int) -> None:
        if count:
            left, self._tail = self._tail[:count], self._tail[count:]
            self.kept += left
            self.start_s = left[-1].end_s
            if self._tail:
                self.start_s = (self.start_s + max(self._tail[0].start_s, self.start_s)) / 2
        if self.heard_s - self.start_s > _TRIM_AT_S:
            self.start_s = self.heard_s - _KEEP_S
        if self.heard_s > LONGEST_S:
            at = self._at(self.start_s)
            del self._sound[:at]
            self._dropped += at

    def _at(self, at_s: float) -> int:
        return max(0, min(len(self._sound), round(at_s * SAMPLE_RATE) * 2 - self._dropped))


def _shift(words: tuple[Word, ...], by_s: float) -> tuple[Word, ...]:
    return tuple(replace(w, start_s=w.start_s + by_s, end_s=w.end_s + by_s) for w in words)


def _pieces(pcm: bytes, start_s: float) -> list[tuple[float, bytes]]:
    """Sound in pieces of at most LONGEST_S, cut where it is quietest."""
    pieces = []
    while len(pcm) / BYTES_PER_S > LONGEST_S:
        cut = _quietest(pcm)
        pieces.append((start_s, pcm[:cut]))
        start_s += cut / BYTES_PER_S
        pcm = pcm[cut:]
    return [*pieces, (start_s, pcm)]


def _quietest(pcm: bytes) -> int:
    """The middle of the quietest 200 ms in the last seconds of a full piece, as a byte."""
    step = SAMPLE_RATE // 10
    end = int(LONGEST_S * SAMPLE_RATE) // step * step
    begin = end - int(_SEARCH_S * SAMPLE_RATE)
    samples = np.frombuffer(pcm, dtype="<i2")[begin:end].astype(np.float32)
    loud = (samples.reshape(-1, step) ** 2).mean(axis=1)
    return 2 * (begin + (int((loud[1:] + loud[:-1]).argmin()) + 1) * step)

"""When a running sentence is worth a draft translation, and how much of it is shown."""

from collections.abc import Sequence

from domain.languages import joiner
from domain.speech import Word

_CLAUSE_END = (",", ";", ":", ".", "!", "?", "，", "、", "；", "。", "！", "？", "—")


def ready(words: Sequence[Word], stable: int, done: int, *, step: int = 2) -> int:
    """How many stable words to translate as a draft now; 0 for none.

    `done` words were in the draft before. A clause that ends with a mark or a pause of 0.3 s
    is ready from three new words on, any other from `step`.
    """
    if stable - done >= step:
        return stable
    for count in range(stable, done + 2, -1):
        last = words[count - 1]
        pause = count < len(words) and words[count].start_s - last.end_s >= 0.3
        if last.text.endswith(_CLAUSE_END) or (pause and count < stable):
            return count
    return 0


class DraftView:
    """Shows of each draft translation only what agrees with the one before, and keeps it."""

    def __init__(self, language: str) -> None:
        self._joiner = joiner(language)
        self._before: list[str] = []
        self.shown = ""

    def take(self, draft: str) -> str:
        """What may be shown after this draft; it never loses what was shown."""
        pieces = self._pieces(draft.rstrip(" .…!?。！？"))
        if pieces == self._before:
            return self.shown
        agreed: list[str] = []
        for old, new in zip(self._before, pieces, strict=False):
            if old != new:
                break
            agreed.append(new)
        self._before = pieces
        text = self._joiner.join(agreed)
        kept = self._pieces(self.shown)
        if len(agreed) > len(kept) and agreed[: len(kept)] == kept:
            self.shown = text
        return self.shown

    def _pieces(self, text: str) -> list[str]:
        return text.split() if self._joiner else list(text)


def erased(before: str, after: str, language: str) -> int:
    """Words (characters without spaces) of `before` that `after` does not begin with."""
    join = joiner(language)
    old, new = (t.split() if join else list(t) for t in (before, after))
    common = 0
    for a, b in zip(old, new, strict=False):
        if a != b:
            break
        common += 1
    return len(old) - common

"""Lines out of the captions region, whose blocks are made anew, used again and cut off."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.text import clean, clean_name

SETTLED_S = 5.0
"""A region block untouched for that long, with a newer one below it, is final."""
RESTART_CHARACTERS = 250
"""A block that loses more text than that has begun anew."""
_MOST = 20_000
_HEAD = 24
_SHORT = 16
_SAME_START = 6
_REACH = 28
_ALIKE = 0.3


@dataclass(slots=True)
class Block:
    """One line as the region shows it."""

    line_id: str
    name: str
    text: str
    """All of the block's text."""
    began_s: float
    at_s: float
    own: bool = False
    """The page marks it as the guest's own speech."""
    told: str = ""
    """The beginning of the text that another line told already."""
    version: int = 0
    final: bool = False

    @property
    def words(self) -> str:
        """The line's own text."""
        return rest(self.told, self.text)


def rest(told: str, text: str) -> str:
    """What a text holds behind the part that was told, which may have been corrected since."""
    if text.startswith(told):
        return text[len(told) :].lstrip()
    if " " not in text:
        return text[len(told) :]
    gap = text.find(" ", len(told))
    return text[gap + 1 :] if gap >= 0 else ""


def _goes_on(old: str, new: str) -> bool:
    """Whether a text is the other's, grown or corrected at its end."""
    head = min(_HEAD, len(old), len(new))
    return old[:head].casefold() == new[:head].casefold()


def _another(old: str, new: str) -> bool:
    """Whether a block's text is no correction of what stood in it: it has started over, or its
    block is used for something else that the same person says. Short first guesses are
    replaced whole; what is longer keeps its beginning, or much of its letters."""
    if len(old) - len(new) > RESTART_CHARACTERS:
        return True
    start = old[:_SAME_START].casefold() == new[:_SAME_START].casefold()
    if len(old) < _SHORT or start:
        return False
    ours, theirs = _threes(old), _threes(new)
    alike = len(ours & theirs) / max(1, min(len(ours), len(theirs)))
    return len(old) - len(new) > _REACH or alike < _ALIKE


def _threes(text: str) -> set[str]:
    folded = text.casefold()
    return {folded[at : at + 3] for at in range(len(folded) - 2)}


@dataclass(slots=True)
class RegionLines:
    """Lines of the captions region, from the blocks that the page reports."""

    present: list[int] = field(default_factory=list)
    _blocks: dict[int, Block] = field(default_factory=dict)
    _lines: int = 0

    def read(self, message: dict[str, Any], at_s: float) -> Iterator[Block]:
        """The lines that changed, and those that are final now."""
        self.present = [n for n in message.get("present", []) if isinstance(n, int)]
        for entry in message.get("blocks", []):
            number = entry.get("number")
            name = clean_name(str(entry.get("name", "")))
            text = clean(str(entry.get("text", "")), _MOST)
            if name and text and isinstance(number, int):
                self._adopt(number, name, text)
                yield from self._update(number, name, text, at_s, bool(entry.get("own")))
        yield from self.settle(at_s)

    def settle(self, at_s: float) -> Iterator[Block]:
        """Lines that will not change any more."""
        newest = self.present[-1] if self.present else None
        for number, block in list(self._blocks.items()):
            gone = number not in self.present
            if gone or (number != newest and at_s - block.at_s > SETTLED_S):
                yield from _finish(block)
            if gone:
                del self._blocks[number]

    def restart(self, at_s: float) -> list[Block]:
        """A new page is there and numbers its blocks anew: what stood is final."""
        self.present = []
        return list(self.settle(at_s))

    def tell(self, told: Callable[[Block], str]) -> None:
        """What another source told of each block's speaker need not be told from here."""
        for block in self._blocks.values():
            words = told(block)
            end = block.text.rfind(words) + len(words)
            if words and words in block.text and end > len(block.told):
                block.told = block.text[:end]

    def _adopt(self, number: int, name: str, text: str) -> None:
        """A region that was built again shows its lines in new blocks."""
        if number in self._blocks:
            return
        for old, block in list(self._blocks.items()):
            if old not in self.present and block.name == name and _goes_on(block.text, text):
                self._blocks[number] = self._blocks.pop(old)
                return

    def _update(self, number: int, name: str, text: str, at_s: float, own: bool) -> Iterator[Block]:
        block = self._blocks.get(number)
        if block is not None and block.text == text and block.name == name:
            return
        told = ""
        if block is not None and block.name == name:
            over = _another(block.text, text)
            if not over and not block.final:
                block.text, block.at_s = text, at_s
                block.version += 1
                yield block
                return
            if not over and not rest(block.text, text):
                return
            told = "" if over else block.text
        if block is not None:
            yield from _finish(block)
        self._lines += 1
        line_id = f"region/{self._lines}"
        block = self._blocks[number] = Block(line_id, name, text, at_s, at_s, own, told)
        yield block


def _finish(block: Block) -> Iterator[Block]:
    if not block.final:
        block.final = True
        block.version += 1
        yield block

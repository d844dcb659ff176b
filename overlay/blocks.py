"""What the board hands to the layout: utterances as rows of cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

ORIGINAL = "original"
MAIN = "main"
PENDING = "…"


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of an utterance that is to be broken into lines."""

    role: str
    """original or main."""
    language: str
    text: str
    stable: int
    """That many leading characters will not change."""
    quiet: bool = False
    """A placeholder or a note, not somebody's words."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of a passage."""

    passage: Passage
    text: str
    stable: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line on screen: one cell per column, none where a column has less lines."""

    role: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The visible rows of one utterance."""

    id: str
    revision: int
    person: str
    """What the chip's colour hangs on."""
    name: str
    chip: bool
    """The speaker's name stands at its start."""
    beside: bool
    """The first row leaves room for the chip; else the chip has its own row."""
    rows: tuple[Row, ...]


class LineBreaker(Protocol):
    """Breaks passages into lines."""

    def prepare(self, text: str, language: str) -> str:
        """Foreign text made safe to draw."""
        ...

    def wrap(self, passage: Passage, lead: str | None, before: Sequence[str]) -> tuple[str, ...]:
        """The passage's lines, which together are its text; `lead` is the name beside the
        first one, `before` are the lines it had until now."""
        ...

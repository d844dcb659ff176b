"""The text of a speaker's chip: short enough, and how wide it is."""

from domain.text import clean_name
from overlay.typeset import Style, Typesetter

NAMELESS = "Speaker"
_WIDEST = 300


class ChipText:
    """Names as chips show them. For one thread at a time."""

    def __init__(self, typesetter: Typesetter, size: int, scale: float) -> None:
        self.style = Style(size, "", bold=True)
        self._type = typesetter
        self._scale = scale

    def name(self, name: str) -> str:
        """The name, cut with an ellipsis where it is too long for a chip."""
        text = self._type.book.printable(clean_name(name), "") or NAMELESS
        short = text
        while len(text) > 1 and self._type.width(short, self.style) > _WIDEST * self._scale:
            text = text[:-1].rstrip()
            short = text + "…"
        return short

    def width(self, name: str) -> int:
        """Pixels of a chip with such a text."""
        return round(self._type.width(name, self.style)) + round(28 * self._scale)

"""Text becomes runs: fonts by script, directions by the bidi rules, widths by shaping."""

from dataclasses import dataclass

from PIL import ImageFont

from overlay import bidi
from overlay.fonts import Face, FontBook, has
from overlay.scene import Run
from overlay.scripts import COMMON, script_of
from overlay.theme import Colour

_CACHE = 20_000
_LINES = 512


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set."""

    size: int
    language: str
    bold: bool = False


_Key = tuple[str, Style, tuple[Colour, Colour], int, bool]


class Typesetter:
    """Measures and places text. For one thread at a time."""

    def __init__(self, book: FontBook) -> None:
        self.book = book
        self._widths: dict[tuple[str, Style], float] = {}
        self._runs: dict[_Key, tuple[tuple[Run, ...], int]] = {}

    def width(self, text: str, style: Style) -> float:
        """Pixels that a text takes on one line."""
        key = (text, style)
        known = self._widths.get(key)
        if known is None:
            if len(self._widths) >= _CACHE:
                self._widths.clear()
            known = sum(
                self._advance(part, face, style.size, rtl)
                for part, face, _, rtl in self._parts(text, style, (0,), rtl=False)
            )
            self._widths[key] = known
        return known

    def runs(
        self, text: str, style: Style, colours: tuple[Colour, Colour], stable: int, *, rtl: bool
    ) -> tuple[tuple[Run, ...], int]:
        """Runs from left to right and their whole width; the first `stable` characters have
        the first colour, the others the second."""
        key = (text, style, colours, stable, rtl)
        known = self._runs.get(key)
        if known is None:
            if len(self._runs) >= _LINES:
                self._runs.clear()
            known = self._runs[key] = self._place(key)
        return known

    def _place(self, key: _Key) -> tuple[tuple[Run, ...], int]:
        text, style, colours, stable, rtl = key
        x = 0.0
        runs: list[Run] = []
        for part, face, late, backwards in self._parts(text, style, (stable,), rtl=rtl):
            runs.append(Run(round(x), part, face, style.size, colours[late], backwards))
            x += self._advance(part, face, style.size, backwards)
        return tuple(runs), round(x)

    def _parts(
        self, text: str, style: Style, cuts: tuple[int], *, rtl: bool
    ) -> list[tuple[str, Face, int, bool]]:
        """(text, face, 1 after the cut else 0, right to left), in visual order."""
        heights = bidi.levels(text, rtl=rtl)
        faces = self._faces(text, style)
        parts: list[tuple[int, tuple[int, int]]] = []
        start = 0
        for at in range(1, len(text) + 1):
            if (
                at == len(text)
                or heights[at] != heights[start]
                or faces[at] != faces[start]
                or at == cuts[0]
            ):
                parts.append((heights[start], (start, at)))
                start = at
        return [
            (text[a:b], faces[a], int(a >= cuts[0]), bool(level % 2))
            for level, (a, b) in bidi.visual(parts)
            if a < b
        ]

    def _faces(self, text: str, style: Style) -> list[Face]:
        faces: list[Face] = []
        for char in text:
            sticks = (
                script_of(char) == COMMON
                and faces
                and (char in "\u200c\u200d" or has(faces[-1], char))
            )
            face = faces[-1] if sticks else None
            face = face or self.book.face_for(char, style.language, bold=style.bold)
            face = face or (faces[-1] if faces else None)
            face = face or self.book.face_for("x", style.language, bold=style.bold)
            assert face is not None
            faces.append(face)
        return faces

    def _advance(self, text: str, face: Face, size: int, rtl: bool) -> float:
        font: ImageFont.FreeTypeFont = self.book.font(face, size)
        return font.getlength(text, direction="rtl" if rtl else "ltr")

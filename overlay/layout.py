"""Geometry: blocks and cards become a scene. All numbers are for 1280 x 720 and scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.languages import right_to_left
from domain.people import Palette
from domain.text import clean
from overlay import bidi
from overlay.blocks import MAIN, ORIGINAL, Block, Cell, Passage, Row
from overlay.board import MAX_ROWS, MAX_UTTERANCES, BoardRules
from overlay.chips import ChipText
from overlay.scene import PAD, Box, Item, Line, Scene
from overlay.scripts import family_of_language
from overlay.settings import OverlaySettings
from overlay.theme import THEMES, Colour, chip_colour, text_on
from overlay.typeset import Style, Typesetter
from overlay.wrap import wrap


@dataclass(frozen=True, slots=True)
class Ink:
    """How a line of text is coloured and which way it runs."""

    tones: tuple[Colour, Colour]
    """Of stable text and of drafts."""
    ground: Colour
    stable: int | None = None
    """Characters in the first tone; None for all."""
    rtl: bool = False


@dataclass(frozen=True, slots=True)
class Sizes:
    """Type sizes in em; the comment gives capital top to descender at 1280 wide."""

    main: int
    original: int
    small: int


def sizes_of(settings: OverlaySettings) -> Sizes:
    """The type sizes of settings."""
    if settings.large or settings.layout == "full":
        main, original = (60, 40) if settings.columns > 1 else (76, 46)
    else:
        main, original = (47, 36) if settings.columns > 1 else (56, 36)
    scale = settings.height / 720
    return Sizes(round(main * scale), round(original * scale), round(26 * scale))


def rules_of(settings: OverlaySettings) -> BoardRules:
    """The board's limits under settings."""
    single = settings.large or settings.layout == "full"
    return BoardRules(
        targets=settings.targets,
        columns=settings.columns,
        with_original=settings.with_original,
        utterances=1 if single else MAX_UTTERANCES,
        rows=5 if single else MAX_ROWS,
        rotate_s=settings.rotate_s,
    )


class Layout:
    """Places text for one set of settings. For one thread at a time."""

    def __init__(
        self, settings: OverlaySettings, typesetter: Typesetter, palette: Palette | None = None
    ) -> None:
        self.settings = settings
        self.palette = palette or Palette()
        self.type = typesetter
        self.theme = THEMES[settings.theme]
        self.sizes = sizes_of(settings)
        self.chips = ChipText(typesetter, self.sizes.small, settings.height / 720)
        self.left = self.px(48)
        self.right = settings.width - self.left
        self.top = self.px(64 if settings.columns == 1 else 100)
        self.chip_row = self.px(46)
        """Height of a chip that stands alone above its lines."""
        self.bottom = settings.height - self.px(62)

    def px(self, value: float) -> int:
        """Pixels of a length given for 720 rows."""
        return round(value * self.settings.height / 720)

    def prepare(self, text: str, language: str) -> str:
        """Foreign text made safe to draw."""
        return self.type.book.printable(clean(text), language)

    def wrap(self, passage: Passage, lead: str | None, before: Sequence[str]) -> tuple[str, ...]:
        """The passage's lines; see LineBreaker."""
        style = Style(self._size(passage.role), passage.language)
        left, right = self._column(0, passage.role)
        return wrap(
            passage.text,
            right - left - 2,
            lambda text: self.type.width(text, style),
            lead=0 if lead is None else self.chips.width(self.chips.name(lead)) + self.px(16),
            before=before,
        )

    def captions(self, blocks: Sequence[Block]) -> tuple[list[Item], tuple[tuple[str, int], ...]]:
        """The items of blocks, the newest at the bottom, and which captions they show."""
        items: list[Item] = []
        shown: list[tuple[str, int]] = []
        y = self.bottom
        for number in range(len(blocks) - 1, -1, -1):
            block = blocks[number]
            chip_room = self.chip_row if block.chip and not block.beside else 0
            rows = list(block.rows)
            while rows and y - sum(map(self._height, rows)) - chip_room < self.top:
                rows.pop(0)
                chip_room = self.chip_row if block.chip else 0
            if not rows:
                break
            y -= sum(map(self._height, rows)) + chip_room
            items += self._block(block, rows, y, beside=block.beside and not chip_room)
            shown.append((block.id, block.revision))
            y -= self.px(20 if block.chip else 10)
            if len(rows) < len(block.rows):
                break
        return items, tuple(reversed(shown))

    def _block(self, block: Block, rows: list[Row], y: int, *, beside: bool) -> list[Item]:
        items: list[Item] = []
        lead = 0
        if block.chip:
            high = self._height(rows[0]) if beside else self.chip_row - self.px(6)
            first = next(cell for cell in rows[0].cells if cell)
            lead = self._chip(items, block, (y, high), rtl=self.is_rtl(first.passage))
            y += 0 if beside else self.chip_row
        for number, row in enumerate(rows):
            for column, cell in enumerate(row.cells):
                if cell is not None and cell.text:
                    indent = lead if beside and number == 0 else 0
                    items.append(self._cell(cell, column, (y, self._height(row)), indent))
            y += self._height(row)
        return items

    def _cell(self, cell: Cell, column: int, place: tuple[int, int], indent: int) -> Line:
        passage = cell.passage
        tones = (self.theme.text, self.theme.dim)
        if passage.role == ORIGINAL or passage.quiet:
            tones = (self.theme.dim, self.theme.faint if not passage.quiet else self.theme.dim)
        left, right = self._column(column, passage.role)
        style = Style(self._size(passage.role), passage.language)
        rtl = self.is_rtl(passage)
        span = (left, right - indent) if rtl else (left + indent, right)
        ink = Ink(tones, self.theme.ground, cell.stable, rtl)
        return self.line(cell.text, style, ink, place, span)

    def line(
        self, text: str, style: Style, ink: Ink, place: tuple[int, int], span: tuple[int, int]
    ) -> Line:
        """One line of text; `place` is its top and height, `span` its left and right edge."""
        whole = len(text) if ink.stable is None else ink.stable
        runs, width = self.type.runs(text, style, ink.tones, whole, rtl=ink.rtl)
        family = family_of_language(style.language)
        y, high = place
        natural = round(family.line * style.size)
        baseline = (high - natural) // 2 + round(family.ascent * style.size)
        x = span[1] - width if ink.rtl else span[0]
        return Line(x - PAD, y, width + 2 * PAD, high, baseline, ink.ground, runs)

    def is_rtl(self, passage: Passage) -> bool:
        """Whether a passage runs from right to left."""
        if passage.language:
            return right_to_left(passage.language)
        return bidi.first_strong_rtl(passage.text)

    def _chip(self, items: list[Item], block: Block, place: tuple[int, int], *, rtl: bool) -> int:
        """Adds the speaker's chip; the room it takes at the start of the line."""
        y, high = place
        name = self.chips.name(block.name)
        width = self.chips.width(name)
        tall = self.px(38)
        x = self.right - width if rtl else self.left
        top = y + (high - tall) // 2 + self.px(2)
        colour = chip_colour(self.theme, self.palette.number(block.person))
        items.append(Box(x, top, width, tall, colour, self.px(8)))
        span = (x + self.px(14), x + width - self.px(14))
        tone = text_on(colour)
        ink = Ink((tone, tone), colour, rtl=bidi.first_strong_rtl(name))
        inner = (top + self.px(2), tall - self.px(4))
        items.append(self.line(name, self.chips.style, ink, inner, span))
        return width + self.px(16)

    def _size(self, role: str) -> int:
        return self.sizes.original if role == ORIGINAL else self.sizes.main

    def _height(self, row: Row) -> int:
        families = [family_of_language(cell.passage.language) for cell in row.cells if cell]
        return round(max(family.line for family in families) * self._size(row.role))

    def _column(self, column: int, role: str) -> tuple[int, int]:
        if role != MAIN or self.settings.columns == 1:
            return self.left, self.right
        half = self.settings.width // 2
        gap = self.px(24)
        return (self.left, half - gap) if column == 0 else (half + gap, self.right)

    def scene(self, items: Sequence[Item], captions: tuple[tuple[str, int], ...] = ()) -> Scene:
        """A whole picture of items."""
        width, height = self.settings.width, self.settings.height
        return Scene(width, height, self.theme.ground, tuple(items), captions)

"""Board, layout and renderer together: what the drawing thread works with."""

from collections.abc import Iterable

from domain.captions import Caption
from domain.pictures import PictureUpdate
from overlay.board import Board
from overlay.fonts import FontBook
from overlay.frame import Card, card, column_titles, footer, has_code, header
from overlay.layout import Layout, rules_of
from overlay.render import Renderer
from overlay.scene import Scene
from overlay.settings import OverlaySettings
from overlay.typeset import Typesetter


class Painter:
    """Turns captions and cards into picture updates. For one thread at a time."""

    def __init__(self, settings: OverlaySettings) -> None:
        self._card: Card | None = None
        book = FontBook(settings.font_folders)
        self._layout = Layout(settings, Typesetter(book))
        self._board = Board(rules_of(settings), self._layout)
        self._renderer = Renderer(book, stamp=settings.stamp)

    def apply(self, settings: OverlaySettings) -> None:
        """Other settings for what is on screen and for what follows. The fonts stay."""
        self._layout = Layout(settings, self._layout.type, self._layout.palette)
        self._board.restyle(rules_of(settings), self._layout)
        self._renderer.stamp = settings.stamp

    def show(self, captions: Iterable[Caption], at_s: float) -> None:
        """Takes revisions."""
        for caption in captions:
            self._layout.palette.number(caption.speaker_key)
            self._board.show(caption, at_s)

    def recover(self) -> None:
        """Forgets every caption and draws the next picture as a whole."""
        self._board = Board(self._board.rules, self._layout)
        self._renderer.restart()

    def set_card(self, shown: Card | None) -> None:
        """A card instead of the captions; an idle one gives way to them."""
        self._card = shown

    def next_s(self) -> float | None:
        """When the picture will change if nothing else happens."""
        return self._board.next_s()

    def scene(self, at_s: float) -> Scene:
        """What the picture shows at a moment."""
        layout = self._layout
        self._board.advance(at_s)
        active = self._board.current_targets()
        items = header(layout, active)
        blocks = self._board.blocks()
        over = self._card if self._card is not None or blocks else Card("idle")
        if over is not None and (over.kind != "idle" or not blocks):
            below = [] if has_code(layout, over.kind) else footer(layout)
            return layout.scene(items + card(layout, over) + below)
        words, captions = layout.captions(blocks)
        items += column_titles(layout, active) + words + footer(layout)
        return layout.scene(items, captions)

    def draw(self, at_s: float, changed_s: float) -> PictureUpdate | None:
        """The next update; None if nothing changed."""
        return self._renderer.draw(self.scene(at_s), changed_s)

"""What stands where on a picture, as plain values that can be compared."""

from dataclasses import dataclass

from overlay.fonts import Face
from overlay.theme import Colour

PAD = 6
"""Room left and right of a line's runs for strokes that overhang their advance."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one font, colour and direction."""

    x: int
    """Left edge inside its line, without the padding."""
    text: str
    face: Face
    size: int
    colour: Colour
    rtl: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text on a plain ground."""

    x: int
    y: int
    width: int
    height: int
    baseline: int
    """From the line's top."""
    ground: Colour
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle, its corners rounded if wanted."""

    x: int
    y: int
    width: int
    height: int
    colour: Colour
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Squares:
    """A grid of dark squares on white, such as a QR code with its quiet margin."""

    x: int
    y: int
    width: int
    height: int
    rows: tuple[tuple[bool, ...], ...]


Item = Line | Box | Squares


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole picture: later items lie above earlier ones."""

    width: int
    height: int
    ground: Colour
    items: tuple[Item, ...]
    captions: tuple[tuple[str, int], ...] = ()
    """Ids and revisions of the captions shown."""

"""What a meeting's picture should look like."""

from dataclasses import dataclass
from pathlib import Path

from domain.errors import UsageError
from domain.pictures import HEIGHT, WIDTH

LAYOUTS = ("subtitle", "split", "interpreter", "full")
THEMES = ("dark", "light", "high-contrast")


@dataclass(frozen=True, slots=True)
class OverlaySettings:
    """Frozen choices for the picture. Raises UsageError for what cannot be drawn."""

    targets: tuple[str, ...] = ()
    """Languages to show, primary subtags; none means the spoken words themselves."""
    sources: tuple[str, ...] = ()
    """Languages expected to be spoken, for the header."""
    layout: str = "subtitle"
    """subtitle, split (two targets side by side), interpreter (the same without the
    original) or full (large type only)."""
    theme: str = "dark"
    large: bool = False
    show_original: bool = True
    recording: bool = False
    """A red dot in the header."""
    stamp: bool = False
    """Draws the update's number as blocks into the bottom rows, for measurements."""
    title: str = "Dragoman"
    header: str = ""
    """The languages in the header in other words; made from sources and targets if empty."""
    link: str = ""
    """Address of the viewer page: a QR code while idle; in the footer unless there is a
    shorter one."""
    short: str = ""
    """A shorter address of the same page, for people who type."""
    width: int = WIDTH
    height: int = HEIGHT
    rotate_s: float = 20.0
    """Seconds after which new sentences go to the next languages, if there are more
    targets than the layout shows."""
    font_folders: tuple[Path, ...] = ()
    """Searched before the system's folders."""

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise UsageError(f"Unknown layout {self.layout!r}.", f"Known: {', '.join(LAYOUTS)}.")
        if self.theme not in THEMES:
            raise UsageError(f"Unknown theme {self.theme!r}.", f"Known: {', '.join(THEMES)}.")
        if self.width % 2 or self.height % 2 or self.width < 320 or self.height < 180:
            raise UsageError(
                f"A picture of {self.width} x {self.height} cannot be drawn.",
                "Use even numbers, 320 x 180 at least.",
            )
        if self.stamp and (self.width, self.height) != (WIDTH, HEIGHT):
            raise UsageError(
                "The picture stamp is defined for 1280 x 720 only.", "Leave the size as it is."
            )

    @property
    def columns(self) -> int:
        """How many languages are on screen at once."""
        wanted = 2 if self.layout in ("split", "interpreter") else 1
        return max(1, min(wanted, len(self.targets)))

    @property
    def with_original(self) -> bool:
        """Whether the spoken words stand above their translation."""
        return self.show_original and self.layout in ("subtitle", "split")

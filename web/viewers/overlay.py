"""The options in the address of an overlay page."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import UsageError
from web.viewers.protocol import Wish, wish_of

ALIGNS = ("left", "center", "right")
THEMES = ("outline", "box", "light", "high-contrast")


@dataclass(frozen=True, slots=True)
class OverlayLook:
    """How captions stand over somebody's video."""

    wish: Wish
    lines: int = 2
    """Utterances at a time."""
    size: int = 48
    """Pixels."""
    align: str = "center"
    theme: str = "outline"
    names: bool = True
    hold_s: int = 12
    """A line leaves after so much silence; 0: it stays."""


def look_of(query: Mapping[str, str]) -> OverlayLook:
    """The look in an address's query. Raises UsageError that names the option."""
    wish = wish_of(query.get("lang", "original"), query.get("original", "0"))
    if wish is None:
        raise UsageError("Nobody knows the language in `lang`.", "Use a code such as es.")
    return OverlayLook(
        wish,
        lines=_number(query, "lines", 2, (1, 8)),
        size=_number(query, "size", 48, (12, 200)),
        align=_one_of(query, "align", "center", ALIGNS),
        theme=_one_of(query, "theme", "outline", THEMES),
        names=_one_of(query, "names", "1", ("0", "1")) == "1",
        hold_s=_number(query, "hold", 12, (0, 600)),
    )


def _number(query: Mapping[str, str], name: str, usual: int, within: tuple[int, int]) -> int:
    text = query.get(name, str(usual))
    low, high = within
    if not text.isdecimal() or not low <= int(text[:9]) <= high:
        raise UsageError(f"`{name}` is no number that fits.", f"Give one from {low} to {high}.")
    return int(text)


def _one_of(query: Mapping[str, str], name: str, usual: str, known: tuple[str, ...]) -> str:
    value = query.get(name, usual)
    if value not in known:
        raise UsageError(f"Unknown {name}.", f"Known: {', '.join(known)}.")
    return value
